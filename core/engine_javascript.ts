/** Mining without WebAssembly, for pages whose policy forbids it. */

import type { Engine, Puzzle, Search } from "./engine.ts";
import { isBelow, type Target } from "./height.ts";
import { PuzzleMessage } from "./puzzle.ts";
import { IS_VARYING, VARYING_WORD } from "./puzzle_constants.ts";
import {
  type EightWords,
  INITIAL_STATE,
  padMessage,
  round,
  ROUND_CONSTANTS as K,
} from "./sha256.ts";

/** The first computed schedule word that depends on the nonce: 19. */
const FIRST_VARYING = IS_VARYING.indexOf(true, 16);
const LOW_HALF = 2 ** 32;

/** Needs nothing of the platform. */
export function createJavaScriptEngine(): Engine {
  return { name: "javascript", prepare };
}

function prepare({ challenge, index, target }: Puzzle): Search {
  const message = new PuzzleMessage(challenge);
  message.setIndex(index);
  const words = new Int32Array(64);
  const head = new Int32Array(8);
  let preparedFor = -1;

  /** All that is the same for 2^32 nonces: 16 words, and the state after round 11. */
  function load(high: number): void {
    if (preparedFor === high) return;
    preparedFor = high;
    message.setNonce(high * LOW_HALF);
    words.set(padMessage(message.bytes));
    head.set(INITIAL_STATE);
    for (let t = 0; t < VARYING_WORD; t++) round(head, K[t]! + words[t]!);
    words[VARYING_WORD] = 0;
    expand(words, 16);
  }

  return (from, count) => {
    for (let nonce = from; nonce < from + count; nonce++) {
      load(Math.floor(nonce / LOW_HALF));
      words[VARYING_WORD] = nonce % LOW_HALF;
      expand(words, FIRST_VARYING);
      if (isSolution(head, words, target)) return nonce;
    }
    return -1;
  };
}

/** Computes the schedule from word `first` on. */
function expand(w: Int32Array, first: number): void {
  for (let t = first; t < 64; t++) {
    const x = w[t - 15]!;
    const y = w[t - 2]!;
    const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ (x >>> 3);
    const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ (y >>> 10);
    w[t] = w[t - 16]! + s0 + w[t - 7]! + s1;
  }
}

/**
 * Rounds 12 to 63, eight in a turn of the loop, so that registers change roles
 * instead of places. Only the digest's first two words are computed.
 */
function isSolution(
  head: Int32Array,
  w: Int32Array,
  target: Target,
): boolean {
  let [e, f, g, h, a, b, c, d] = head as unknown as EightWords;
  d = d + sum1(a) + (c ^ (a & (b ^ c))) + K[12]! + w[12]! | 0;
  h = h + d | 0;
  d = d + sum0(e) + ((e & f) ^ (g & (e ^ f))) | 0;

  c = c + sum1(h) + (b ^ (h & (a ^ b))) + K[13]! + w[13]! | 0;
  g = g + c | 0;
  c = c + sum0(d) + ((d & e) ^ (f & (d ^ e))) | 0;

  b = b + sum1(g) + (a ^ (g & (h ^ a))) + K[14]! + w[14]! | 0;
  f = f + b | 0;
  b = b + sum0(c) + ((c & d) ^ (e & (c ^ d))) | 0;

  a = a + sum1(f) + (h ^ (f & (g ^ h))) + K[15]! + w[15]! | 0;
  e = e + a | 0;
  a = a + sum0(b) + ((b & c) ^ (d & (b ^ c))) | 0;

  for (let t = 16; t < 64; t += 8) {
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
    a = a + e | 0;
    e = e + sum0(f) + ((f & g) ^ (h & (f ^ g))) | 0;

    d = d + sum1(a) + (c ^ (a & (b ^ c))) + K[t + 4]! + w[t + 4]! | 0;
    h = h + d | 0;
    d = d + sum0(e) + ((e & f) ^ (g & (e ^ f))) | 0;

    c = c + sum1(h) + (b ^ (h & (a ^ b))) + K[t + 5]! + w[t + 5]! | 0;
    g = g + c | 0;
    c = c + sum0(d) + ((d & e) ^ (f & (d ^ e))) | 0;

    b = b + sum1(g) + (a ^ (g & (h ^ a))) + K[t + 6]! + w[t + 6]! | 0;
    f = f + b | 0;
    b = b + sum0(c) + ((c & d) ^ (e & (c ^ d))) | 0;

    a = a + sum1(f) + (h ^ (f & (g ^ h))) + K[t + 7]! + w[t + 7]! | 0;
    e = e + a | 0;
    a = a + sum0(b) + ((b & c) ^ (d & (b ^ c))) | 0;
  }
  const high = a + INITIAL_STATE[0]! >>> 0;
  return high <= target.high &&
    isBelow(high, b + INITIAL_STATE[1]! >>> 0, target);
}

function sum0(x: number): number {
  return (x >>> 2 | x << 30) ^ (x >>> 13 | x << 19) ^ (x >>> 22 | x << 10);
}

function sum1(x: number): number {
  return (x >>> 6 | x << 26) ^ (x >>> 11 | x << 21) ^ (x >>> 25 | x << 7);
}
