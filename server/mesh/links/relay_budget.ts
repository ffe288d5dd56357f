/** How many relayed messages are taken: of one origin, in one room, of strangers by one link. */

import type { RoomHash } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../../limits.ts";
import type { Allowance } from "./allowance.ts";
import { Allowances } from "./allowance.ts";

/** Bursts are of a minute's messages that come at once, when a link opens. */
const BURST_SECONDS = 5;
/** Origins and rooms whose use is remembered. */
const MOST_NAMES = 65_536;

/** Who must have something left. */
export interface Charged {
  readonly room: RoomHash;
  /** Origin of a node that is known, … */
  readonly origin: string;
  /** … or what is left to strangers by the link that the message came by. */
  readonly strangers: Allowance | undefined;
}

/** Which budget has nothing left. */
export type BudgetRefusal =
  | "too-much-of-origin"
  | "too-much-in-room"
  | "too-much-of-strangers";

/**
 * A budget is looked at before the work of checking a message, and charged
 * after: else whoever sends rubbish in a node's name would use up what its own
 * messages need.
 */
export class RelayBudget {
  readonly #origins = allowances(SERVER_LIMITS.relaysPerOrigin);
  readonly #rooms = allowances(SERVER_LIMITS.relaysPerRoom);

  /** Why a message is not taken. */
  refusal(
    { room, origin, strangers }: Charged,
    now: number,
  ): BudgetRefusal | undefined {
    if (!this.#rooms.has(room, now)) return "too-much-in-room";
    if (strangers !== undefined) {
      return strangers.has(now) ? undefined : "too-much-of-strangers";
    }
    return this.#origins.has(origin, now) ? undefined : "too-much-of-origin";
  }

  charge({ room, origin, strangers }: Charged, now: number): void {
    this.#rooms.take(room, now);
    if (strangers === undefined) this.#origins.take(origin, now);
    else strangers.take(now);
  }
}

function allowances(perSecond: number): Allowances {
  return new Allowances({
    perSecond,
    burst: BURST_SECONDS * perSecond,
    most: MOST_NAMES,
  });
}
