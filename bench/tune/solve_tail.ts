/**
 * How far solves stray from their mean. A puzzle's hashes until its solution are
 * all but exponentially distributed, so those of a stamp, a sum of 8, are
 * Erlang-distributed; threads that help each other share them evenly.
 */

import { PUZZLES } from "../../core/puzzle.ts";

/** Halvings after which a number of this size no longer changes. */
const HALVINGS = 60;
/** Times the mean; all but e^-100 of the solves take less. */
const LONGEST = 20;

/** Share of solves that take at most so many times the mean. */
export function shareWithin(timesMean: number): number {
  if (timesMean <= 0) return 0;
  const hashes = timesMean * PUZZLES;
  let term = Math.exp(-hashes);
  let longer = 0;
  for (let solved = 0; solved < PUZZLES; solved++) {
    longer += term;
    term *= hashes / (solved + 1);
  }
  return 1 - longer;
}

/** How many times the mean is not exceeded by this share of solves, between 0 and 1. */
export function timesMeanAt(share: number): number {
  if (!(share > 0 && share < 1)) {
    throw new RangeError(`A share is between 0 and 1, got ${share}`);
  }
  let [low, high] = [0, LONGEST];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle) < share) low = middle;
    else high = middle;
  }
  return high;
}
