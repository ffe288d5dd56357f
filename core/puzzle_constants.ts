/**
 * All of a puzzle's hash that does not depend on the low half of the nonce,
 * computed once for 2^32 nonces.
 *
 * The message is one block, and of its 16 words only word 12 varies. So rounds
 * 0 to 11 are done here; round 12 only adds the word to two registers; the
 * schedule words 16, 17, 18, 20, 22 and 24 are constant; and every other
 * schedule word has a constant part, which is summed here.
 */

import {
  INITIAL_STATE,
  round,
  ROUND_CONSTANTS,
  sigma0,
  sigma1,
} from "./sha256.ts";

/** The word of the block that varies: the nonce's low half. */
export const VARYING_WORD = 12;

/** Whether schedule word t depends on the varying one. */
export const IS_VARYING: readonly boolean[] = varyingWords();

/** Where the constants lie, in 32-bit words. */
export const LAYOUT = {
  /** 8 words: a..h after round 12 with a varying word of 0. */
  head: 0,
  /** The word of the initial state that is added to `a` at the end. */
  initialA: 8,
  /**
   * 64 words, from index 13 on: where the schedule word is constant, round
   * constant plus schedule word; where it varies, the constant part of the
   * schedule word.
   */
  words: 16,
  /** 64 words: the round constants. */
  roundConstants: 80,
  /** Words in all. */
  size: 144,
} as const;

/** The constants of a block (16 words, word 12 taken as 0), as {@linkcode LAYOUT} has them. */
export function puzzleConstants(block: Int32Array): Int32Array<ArrayBuffer> {
  const constants = new Int32Array(LAYOUT.size);
  const head = new Int32Array(INITIAL_STATE);
  for (let t = 0; t < VARYING_WORD; t++) {
    round(head, ROUND_CONSTANTS[t]! + block[t]!);
  }
  round(head, ROUND_CONSTANTS[VARYING_WORD]!);
  constants.set(head, LAYOUT.head);
  constants[LAYOUT.initialA] = INITIAL_STATE[0]!;

  const words = constantParts(block);
  for (let t = VARYING_WORD + 1; t < 64; t++) {
    constants[LAYOUT.words + t] = words[t]! +
      (IS_VARYING[t] ? 0 : ROUND_CONSTANTS[t]!);
  }
  constants.set(ROUND_CONSTANTS, LAYOUT.roundConstants);
  return constants;
}

/** The schedule with every term that varies left out. */
function constantParts(block: Int32Array): Int32Array {
  const words = new Int32Array(64);
  words.set(block);
  words[VARYING_WORD] = 0;
  const term = (t: number, of: (x: number) => number) =>
    IS_VARYING[t] ? 0 : of(words[t]!);
  const same = (x: number) => x;
  for (let t = 16; t < 64; t++) {
    words[t] = term(t - 16, same) + term(t - 15, sigma0) +
      term(t - 7, same) + term(t - 2, sigma1);
  }
  return words;
}

function varyingWords(): boolean[] {
  const varies: boolean[] = [];
  for (let t = 0; t < 64; t++) {
    varies[t] = t < 16
      ? t === VARYING_WORD
      : [2, 7, 15, 16].some((back) => varies[t - back]);
  }
  return varies;
}
