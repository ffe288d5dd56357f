/** How far another node's clock is from ours, and from when on that is a fault. */

import type { Member } from "./member.ts";

const TOLERATED_MS = 30_000;

/** By how much theirs is ahead. They tell whole seconds: within one, clocks agree. */
export function offsetOf(theirsMs: number, oursMs: number): number {
  return theirsMs > oursMs
    ? theirsMs - oursMs
    : Math.min(0, theirsMs + 1000 - oursMs);
}

/**
 * What to tell the operator when a clock has gone wrong since it was last
 * looked at, or undefined: tokens of such a node are refused, and its messages
 * with them.
 */
export function clockWarning(
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
