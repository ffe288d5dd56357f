/** A search by kernel, whichever thread runs that: what it is to try, and what its hits are worth. */

import type { SearchTask } from "./searcher.ts";
import { isBelow } from "./height.ts";
import { puzzleConstants } from "./puzzle_constants.ts";
import { LOW_HALF } from "./puzzle.ts";
import { PuzzleHash } from "./puzzle_hash.ts";
import type { Stretch } from "./stretch.ts";

/**
 * Yields stretches, takes what `runStretch` said of each, and returns the first
 * nonce that solves the task's puzzle, or -1.
 */
export function* searchByKernel(
  { challenge, index, target, from, count }: SearchTask,
  lanes: number,
): Generator<Stretch, number, number> {
  const hash = new PuzzleHash(challenge);
  const end = from + count;
  while (from < end) {
    const high = Math.floor(from / LOW_HALF);
    const room = Math.min(end, (high + 1) * LOW_HALF) - from;
    const steps = Math.floor(room / lanes);
    let candidates = room; // fewer than a step takes are hashed here
    if (steps > 0) {
      const left = yield {
        constants: puzzleConstants(hash.blockOf(index, high)),
        firstNonce: from % LOW_HALF,
        lanes,
        steps,
        target: Math.min(target.high, 0xffff_ffff),
      };
      from += (steps - left) * lanes;
      candidates = left > 0 ? lanes : 0; // the kernel compares one word of two
    }
    for (; candidates > 0; candidates--, from++) {
      hash.compute(index, from);
      if (isBelow(hash.high, hash.low, target)) return from;
    }
  }
  return -1;
}
