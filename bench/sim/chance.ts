/** Chance: where the simulation draws it, and mining by it instead of by hashing. */

import { workOf } from "@sigmesh/core";
import {
  NONCES_BYTES,
  PUZZLE_BITS,
  PUZZLES,
  readNonce,
  writeNonce,
} from "../../core/puzzle.ts";
import { STEPS_PER_BIT } from "../../core/height.ts";
import { Dice } from "../../server/testing/fuzz/dice.ts";

/** Uniform in 0..1, 1 excluded; the same numbers for the same seed. */
export function createRandom(seed: number): () => number {
  const dice = new Dice(seed);
  return () => dice.share();
}

/** Time to the next of events that come by chance, on average every `mean`. */
export function drawWait(random: () => number, mean: number): number {
  return -Math.log(1 - random()) * mean;
}

/** What a search found. */
export interface Lucky {
  /** In the place of nonces: how high each puzzle's hash is, in 1/256 bit. */
  readonly nonces: Uint8Array;
  /** Tries that it took. */
  readonly hashes: number;
}

/**
 * Mines for a height as the solver would, drawing the number of tries for each
 * puzzle, and by how much the hash that was found exceeds what was wanted.
 * Puzzles of `previous` that are high enough already cost nothing.
 */
export function mineByChance(
  height: number,
  random: () => number,
  previous?: Uint8Array,
): Lucky {
  const nonces = new Uint8Array(NONCES_BYTES);
  const wanted = height - PUZZLE_BITS;
  let hashes = 0;
  for (let index = 0; index < PUZZLES; index++) {
    const had = previous === undefined ? -1 : readNonce(previous, index);
    if (had >= wanted * STEPS_PER_BIT) {
      writeNonce(nonces, index, had);
      continue;
    }
    hashes += Math.ceil(drawWait(random, workOf(wanted)));
    // A hash below the target is uniform there: it is by one bit better half of the time.
    const surplus = -Math.log2(1 - random());
    const reached = (wanted + surplus) * STEPS_PER_BIT;
    writeNonce(nonces, index, Math.floor(reached));
  }
  return { nonces, hashes };
}

/** Nonces that reach a height and no more, for one who was not seen mining. */
export function noncesOfHeight(height: number): Uint8Array {
  const nonces = new Uint8Array(NONCES_BYTES);
  for (let index = 0; index < PUZZLES; index++) {
    writeNonce(
      nonces,
      index,
      Math.ceil((height - PUZZLE_BITS) * STEPS_PER_BIT),
    );
  }
  return nonces;
}

/** Stands for `verify`: looks at how high the nonces say they are. */
export function verifyByChance(
  _challenge: Uint8Array,
  nonces: Uint8Array,
  height: number,
): { ok: true } | { ok: false; reason: "too-low" } {
  const wanted = (height - PUZZLE_BITS) * STEPS_PER_BIT;
  for (let index = 0; index < PUZZLES; index++) {
    if (readNonce(nonces, index) < wanted) {
      return { ok: false, reason: "too-low" };
    }
  }
  return { ok: true };
}
