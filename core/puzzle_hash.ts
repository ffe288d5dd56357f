/**
 * The hash of a puzzle's message in plain JavaScript: four times as fast as
 * hash-wasm, since what many messages share is done once and only the first
 * 8 bytes of the digest are computed. Nodes verify with it; solvers check what
 * the kernel found, and mine with it where WebAssembly is forbidden.
 */

import {
  CHALLENGE_BYTES,
  LABEL,
  LOW_HALF,
  requireChallenge,
  wordAt,
} from "./puzzle.ts";
import { IS_VARYING, VARYING_WORD } from "./puzzle_constants.ts";
import {
  expandSchedule,
  INITIAL_STATE,
  round,
  ROUND_CONSTANTS as K,
  sum0,
  sum1,
} from "./sha256.ts";

/** Words of the block: 0 to 7 are the challenge's, two the label's, then index and nonce. */
const INDEX_WORD = 10;
const LABEL_WORD = CHALLENGE_BYTES / 4;
const BITS = 52 * 8;
/** The first computed schedule word that depends on the nonce's low half: 19. */
const FIRST_VARYING = IS_VARYING.indexOf(true, 16);

/** Hashes the messages of one challenge. */
export class PuzzleHash {
  /** First and second word of the last digest, unsigned. */
  high = 0;
  low = 0;
  /** The schedule; its first 16 words are the block. */
  readonly #words = new Int32Array(64);
  /** The state after the rounds of the challenge's words. */
  readonly #afterChallenge = new Int32Array(8);
  /** The state after the rounds before the nonce's low half. */
  readonly #head = new Int32Array(8);
  #index = -1;
  #nonceHigh = -1;

  /** Throws RangeError unless the challenge has 32 bytes. */
  constructor(challenge: Uint8Array) {
    requireChallenge(challenge);
    const label = [wordAt(LABEL, 0), wordAt(LABEL, 4)];
    const padding = [0x8000_0000, 0, BITS]; // FIPS 180-4, section 5.1.1
    this.#words.set([...label, 0, 0, 0, ...padding], LABEL_WORD);
    this.setChallenge(challenge);
  }

  /** Goes on with another challenge, 32 bytes. */
  setChallenge(challenge: Uint8Array): void {
    const w = this.#words;
    for (let t = 0; t < LABEL_WORD; t++) {
      w[t] = wordAt(challenge, t * 4);
    }
    this.#afterChallenge.set(INITIAL_STATE);
    for (let t = 0; t < INDEX_WORD; t++) {
      round(this.#afterChallenge, K[t]! + w[t]!);
    }
    this.#index = -1;
  }

  /** Hashes with a puzzle's index and a nonce below 2^48; the result is in `high` and `low`. */
  compute(index: number, nonce: number): void {
    this.#select(index, Math.floor(nonce / LOW_HALF));
    const w = this.#words;
    w[VARYING_WORD] = nonce;
    expandSchedule(w, FIRST_VARYING);
    this.#finish(w);
  }

  /** The block of a puzzle and a nonce's high half, its low half being 0. */
  blockOf(index: number, nonceHigh: number): Int32Array {
    this.#select(index, nonceHigh);
    this.#words[VARYING_WORD] = 0;
    return this.#words.subarray(0, 16);
  }

  #select(index: number, nonceHigh: number): void {
    if (index === this.#index && nonceHigh === this.#nonceHigh) return;
    this.#index = index;
    this.#nonceHigh = nonceHigh;
    const w = this.#words;
    w[INDEX_WORD] = index;
    w[INDEX_WORD + 1] = nonceHigh;
    expandSchedule(w, 16, FIRST_VARYING);
    this.#head.set(this.#afterChallenge);
    for (let t = INDEX_WORD; t < VARYING_WORD; t++) {
      round(this.#head, K[t]! + w[t]!);
    }
  }

  /** Rounds 12 to 63, four in a turn of the loop; then the halves of the state change places. */
  #finish(w: Int32Array): void {
    const head = this.#head;
    let a = head[0]!, b = head[1]!, c = head[2]!, d = head[3]!;
    let e = head[4]!, f = head[5]!, g = head[6]!, h = head[7]!;
    for (let t = VARYING_WORD; t < 64; t += 4) {
      h = h + sum1(e) + (g ^ (e & (f ^ g))) + K[t]! + w[t]! | 0;
      d = d + h | 0;
      h = h + sum0(a) + ((a & b) ^ (c & (a ^ b))) | 0;

      g = g + sum1(d) + (f ^ (d & (e ^ f))) + K[t + 1]! + w[t + 1]! | 0;
      c = c + g | 0;
      g = g + sum0(h) + ((h & a) ^ (b & (h ^ a))) | 0;

      f = f + sum1(c) + (e ^ (c & (d ^ e))) + K[t + 2]! + w[t + 2]! | 0;
      b = b + f | 0;
      f = f + sum0(g) + ((g & h) ^ (a & (g ^ h))) | 0;

      e = e + sum1(b) + (d ^ (b & (c ^ d))) + K[t + 3]! + w[t + 3]! | 0;
      const b4 = b, c4 = c, d4 = d;
      const e4 = a + e | 0;
      a = e + sum0(f) + ((f & g) ^ (h & (f ^ g))) | 0;
      b = f;
      c = g;
      d = h;
      e = e4;
      f = b4;
      g = c4;
      h = d4;
    }
    this.high = a + INITIAL_STATE[0]! >>> 0;
    this.low = b + INITIAL_STATE[1]! >>> 0;
  }
}
