/**
 * SHA-256 (FIPS 180-4) in plain JavaScript, in the pieces that mining needs:
 * constants, one round, the message schedule, one compression. For hashing
 * whole messages use `hasher.ts`.
 */

/** Initial hash value: the fractional parts of the square roots of the first 8 primes. */
export const INITIAL_STATE: Int32Array<ArrayBuffer> = new Int32Array(8);
/** Round constants: likewise of the cube roots of the first 64. */
export const ROUND_CONSTANTS: Int32Array<ArrayBuffer> = new Int32Array(64);

for (let n = 2, found = 0; found < 64; n++) {
  let isPrime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) isPrime = false;
  if (!isPrime) continue;
  if (found < 8) INITIAL_STATE[found] = fraction(Math.sqrt(n));
  ROUND_CONSTANTS[found++] = fraction(Math.cbrt(n));
}

/** The first 32 bits behind the point. */
function fraction(x: number): number {
  return (x - Math.floor(x)) * 2 ** 32 | 0;
}

function rotateRight(x: number, bits: number): number {
  return x >>> bits | x << (32 - bits);
}

/** The schedule's sigma 0. */
export function sigma0(x: number): number {
  return rotateRight(x, 7) ^ rotateRight(x, 18) ^ (x >>> 3);
}

/** The schedule's sigma 1. */
export function sigma1(x: number): number {
  return rotateRight(x, 17) ^ rotateRight(x, 19) ^ (x >>> 10);
}

/** The round's sum 0. */
export function sum0(x: number): number {
  return rotateRight(x, 2) ^ rotateRight(x, 13) ^ rotateRight(x, 22);
}

/** The round's sum 1. */
export function sum1(x: number): number {
  return rotateRight(x, 6) ^ rotateRight(x, 11) ^ rotateRight(x, 25);
}

/** One round on the state a..h; `keyedWord` is round constant plus schedule word. */
export function round(state: Int32Array, keyedWord: number): void {
  const a = state[0]!;
  const e = state[4]!;
  const choice = state[6]! ^ (e & (state[5]! ^ state[6]!));
  const t = state[7]! + sum1(e) + choice + keyedWord | 0;
  const majority = (a & state[1]!) ^ (state[2]! & (a ^ state[1]!));
  for (let i = 7; i > 0; i--) state[i] = state[i - 1]!;
  state[4]! += t;
  state[0] = t + sum0(a) + majority;
}

/** Computes schedule words `from` to `to`, exclusive, each from those before. */
export function expandSchedule(w: Int32Array, from = 16, to = 64): void {
  for (let t = from; t < to; t++) {
    const x = w[t - 15]!;
    const y = w[t - 2]!;
    // sigma0 and sigma1, written out: half as fast again in the miner's inner loop.
    const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ (x >>> 3);
    const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ (y >>> 10);
    w[t] = w[t - 16]! + s0 + w[t - 7]! + s1;
  }
}

/** The state after a block of 16 words. */
function compress(
  state: Int32Array,
  block: Int32Array,
): Int32Array<ArrayBuffer> {
  const words = new Int32Array(64);
  words.set(block);
  expandSchedule(words);
  const next = new Int32Array(state);
  for (let t = 0; t < 64; t++) round(next, ROUND_CONSTANTS[t]! + words[t]!);
  for (let i = 0; i < 8; i++) next[i]! += state[i]!;
  return next;
}

/** A message padded to whole blocks of 16 words. */
export function padMessage(message: Uint8Array): Int32Array<ArrayBuffer> {
  const blocks = (message.length + 8 >> 6) + 1;
  const bytes = new Uint8Array(blocks * 64);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(bytes.length - 4, message.length * 8);
  const words = new Int32Array(blocks * 16);
  for (let i = 0; i < words.length; i++) words[i] = view.getInt32(i * 4);
  return words;
}

/** The digest of a message, 32 bytes: slow, but it needs no WebAssembly. */
export function digestOf(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const words = padMessage(message);
  let state = INITIAL_STATE;
  for (let at = 0; at < words.length; at += 16) {
    state = compress(state, words.subarray(at, at + 16));
  }
  const digest = new Uint8Array(32);
  const view = new DataView(digest.buffer);
  state.forEach((word, i) => view.setInt32(i * 4, word));
  return digest;
}
