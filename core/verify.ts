/** Checks the work of a stamp. */

import { isBelow, type Target, targetOf } from "./height.ts";
import {
  CHALLENGE_BYTES,
  NONCES_BYTES,
  PUZZLE_BITS,
  PUZZLES,
  readNonce,
} from "./puzzle.ts";
import { PuzzleHash } from "./puzzle_hash.ts";

/** Reused: making one costs as much as verifying half a stamp. */
const reused = new PuzzleHash(new Uint8Array(CHALLENGE_BYTES));

/**
 * - `malformed`: challenge or nonces do not have their lengths;
 * - `too-low`: solved, but for a lower height;
 * - `mismatch`: not solved at all: the nonces belong to another challenge,
 *   which means another URL, body, salt or token.
 */
export type VerifyFault = "malformed" | "too-low" | "mismatch";

/**
 * Below this height, work cannot be told from chance: eight random hashes all
 * reach it once in 65,536 times.
 */
const TELLTALE_HEIGHT = 2 + PUZZLE_BITS;

/**
 * Whether the nonces (48 bytes) solve the 8 puzzles of a challenge (32 bytes)
 * at a height in bits. Costs at most 16 hashes, never throws on what it is
 * given to check; throws RangeError when `height` is not a number.
 */
export function verify(
  challenge: Uint8Array,
  nonces: Uint8Array,
  height: number,
): { ok: true } | { ok: false; reason: VerifyFault } {
  const target = targetOf(height - PUZZLE_BITS);
  if (challenge.length !== CHALLENGE_BYTES || nonces.length !== NONCES_BYTES) {
    return { ok: false, reason: "malformed" };
  }
  reused.setChallenge(challenge);
  if (solvesAll(nonces, target)) return { ok: true };
  const telltale = targetOf(TELLTALE_HEIGHT - PUZZLE_BITS);
  const worked = solvesAll(nonces, telltale);
  return { ok: false, reason: worked ? "too-low" : "mismatch" };
}

/** Whether nonce `index` of 48 bytes of nonces solves its puzzle. */
export function solvesPuzzle(
  hash: PuzzleHash,
  nonces: Uint8Array,
  index: number,
  target: Target,
): boolean {
  hash.compute(index, readNonce(nonces, index));
  return isBelow(hash.high, hash.low, target);
}

function solvesAll(nonces: Uint8Array, target: Target): boolean {
  for (let index = 0; index < PUZZLES; index++) {
    if (!solvesPuzzle(reused, nonces, index, target)) return false;
  }
  return true;
}
