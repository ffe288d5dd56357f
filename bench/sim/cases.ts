/** What is simulated: attacks, each beside the same honest visitors. */

import type { Conduct } from "./attacker.ts";

/** Seconds before an attack, of it, and after it. */
export const QUIET_SECONDS = 150;
export const ATTACK_SECONDS = 150;
export const AFTER_SECONDS = 90;

/** An attack, but for its size. */
export interface AttackCase {
  readonly name: string;
  readonly title: string;
  /** By seconds since it began; before it, a negative number. */
  readonly conductAt: (seconds: number) => Conduct;
  /** Default: many rooms. */
  readonly target?: "one-room" | "many-rooms" | "credentials";
  /** Default: one for each connection. */
  readonly addresses?: number;
}

function during(conduct: Conduct): (seconds: number) => Conduct {
  return (seconds) =>
    seconds >= 0 && seconds < ATTACK_SECONDS ? conduct : "rest";
}

export const CASES: readonly AttackCase[] = [
  { name: "none", title: "no attack", conductAt: () => "rest" },
  {
    name: "flood",
    title: "a steady flood of one room",
    conductAt: during("post"),
    target: "one-room",
  },
  {
    name: "rooms",
    title: "a steady flood, each post in another room",
    conductAt: during("post"),
  },
  {
    name: "bursts",
    title: "20 s of posts, 20 s of mining for the next, each in another room",
    conductAt: (seconds) =>
      seconds < 0 || seconds >= ATTACK_SECONDS
        ? "rest"
        : seconds % 40 < 20
        ? "post"
        : "hoard",
  },
  {
    name: "unpaid",
    title: "a flood of posts without a stamp",
    conductAt: during("ask"),
  },
  {
    name: "hoard",
    title: "stamps of a token's whole life at once, then a steady flood",
    conductAt: (seconds) =>
      seconds >= -115 && seconds < 0 ? "hoard" : during("post")(seconds),
  },
  {
    name: "credentials",
    title:
      "TURN credentials bought in bulk from 50 addresses; calls of callers",
    conductAt: during("post"),
    target: "credentials",
    addresses: 50,
  },
];
