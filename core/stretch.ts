/** Runs the kernel over a stretch of nonces: on this thread, and in workers. */

import type { KernelExports } from "./kernel.ts";

/** Nonces of a puzzle that have the same high half, and what the kernel must know of it. */
export interface Stretch {
  /** As `puzzleConstants` makes them. */
  readonly constants: Int32Array<ArrayBuffer>;
  /** Low half of the first nonce. */
  readonly firstNonce: number;
  /** Nonces that the kernel tries at a time. */
  readonly lanes: number;
  /** How many times it does. */
  readonly steps: number;
  /** A hit's digest has a first word of at most that. */
  readonly target: number;
}

/**
 * Up to the first hit. Returns how many steps were left, its own included; 0
 * without a hit. Goes to workers as text: it refers to nothing outside itself.
 */
export function runStretch(
  { memory, search }: KernelExports,
  { constants, firstNonce, lanes, steps, target }: Stretch,
): number {
  // About a millisecond: V8 exchanges slow code for fast between calls only, so
  // that one long call would stay slow.
  const noncesPerCall = 16 * 1024;
  new Int32Array(memory.buffer).set(constants); // stretches share the memory
  while (steps > 0) {
    const count = Math.min(steps, noncesPerCall / lanes);
    steps -= count;
    const left = search(firstNonce, count, target);
    if (left > 0) return steps + left;
    firstNonce += count * lanes;
  }
  return 0;
}
