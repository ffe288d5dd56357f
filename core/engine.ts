/** The seam between the solver and the code that tries nonces. */

import type { Target } from "./height.ts";

/** One of a stamp's 8 puzzles. */
export interface Puzzle {
  /** 32 bytes. */
  readonly challenge: Uint8Array;
  /** 0..7. */
  readonly index: number;
  /** The hash's first 8 bytes must be below it. */
  readonly target: Target;
}

/**
 * Tries the nonces `from`, `from + 1`, … `from + count - 1` and returns the
 * first that solves the puzzle, or -1. Synchronous: callers choose `count` so
 * that a call stays short.
 */
export type Search = (from: number, count: number) => number;

/** A way to try nonces. */
export interface Engine {
  /** As reported in results: `hash-wasm`. */
  readonly name: string;
  /** Does the work that is the same for all nonces of a puzzle. */
  prepare(puzzle: Puzzle): Search;
}
