/** How far other nodes' clocks are from ours, and from when on that is a fault, and whose. */

import { LIMITS } from "@sigmesh/core/wire";
import type { Member } from "./member.ts";
import type { MemberTable } from "./member_table.ts";

const TOLERATED_MS = 30_000;
/** Beyond this others refuse what is posted here: what is tolerated of one node is too much of this one. */
const OWN_TOLERATED_MS = LIMITS.clockSkewSeconds * 1000;
/** Clocks that are compared with ours, at least and at most. */
const COMPARED = { least: 3, most: 20 };

/** By how much theirs is ahead. They tell whole seconds: within one, clocks agree. */
export function offsetOf(theirsMs: number, oursMs: number): number {
  return theirsMs > oursMs
    ? theirsMs - oursMs
    : Math.min(0, theirsMs + 1000 - oursMs);
}

/** Tells the operator of clocks that have gone wrong: one's, or this machine's. */
export class Clocks {
  readonly #table: Pick<MemberTable, "draw">;
  readonly #warn: (message: string) => void;
  #isOwnWrong = false;

  constructor({ table, warn }: {
    table: Pick<MemberTable, "draw">;
    warn: (message: string) => void;
  }) {
    this.#table = table;
    this.#warn = warn;
  }

  /** What is wrong with ours: by the median of others, which few liars do not move. */
  get ownWarning(): string | undefined {
    const { least, most } = COMPARED;
    const offsets = this.#table.draw({
      ...{ most, tries: most },
      isWanted: ({ failures }) => failures === 0,
    }).map(({ clockOffsetMs }) => clockOffsetMs).sort((a, b) => a - b);
    const offsetMs = offsets[offsets.length >> 1];
    return offsetMs === undefined || offsets.length < least ||
        Math.abs(offsetMs) <= OWN_TOLERATED_MS
      ? undefined
      : warningOf(-offsetMs);
  }

  /** To be called after a member has answered. */
  look(member: Member, { beforeMs }: { beforeMs: number }): void {
    const own = this.ownWarning;
    const warning = own === undefined
      ? clockWarning(member, beforeMs)
      : this.#isOwnWrong
      ? undefined
      : own;
    this.#isOwnWrong = own !== undefined;
    if (warning !== undefined) this.#warn(warning);
  }
}

function warningOf(aheadMs: number): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const [direction, effect] = aheadMs > 0
    ? ["ahead of", "they refuse what is posted here"]
    : ["behind", "what is posted at them is refused here"];
  return `This machine's clock is ${seconds} s ${direction} those of the ` +
    `other nodes: ${effect}. Set it by NTP (chrony, systemd-timesyncd), and ` +
    "start the node again.";
}

/**
 * What to tell the operator when a clock has gone wrong since it was last
 * looked at, or undefined: tokens of such a node are refused, and its messages
 * with them.
 */
function clockWarning(
  { origin, clockOffsetMs }: Pick<Member, "origin" | "clockOffsetMs">,
  beforeMs: number,
): string | undefined {
  if (!isWrong(clockOffsetMs) || isWrong(beforeMs)) return undefined;
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1000);
  const direction = clockOffsetMs > 0 ? "ahead of" : "behind";
  return `The clock of ${origin} is ${seconds} s ${direction} this node's: ` +
    "they may refuse each other's messages. If several nodes are said to be " +
    "so, set this machine's clock (by NTP).";
}

function isWrong(offsetMs: number): boolean {
  return Math.abs(offsetMs) > TOLERATED_MS;
}
