/**
 * Generates the mining kernel: a WebAssembly module that tries nonces for one
 * puzzle, one after the other (scalar) or four at a time (SIMD), from the same
 * description of SHA-256.
 *
 * Generated, since unrolled rounds are 13 KB of wasm but a few dozen lines of
 * rules; at run time, since that takes milliseconds and a page need not load
 * the bytes. What makes it fast, beyond `puzzle_constants.ts`:
 *
 * - all rounds unrolled, registers renamed instead of moved;
 * - `maj(a,b,c) = ((a^b) & (b^c)) ^ b`, and the next round's `b^c` is this
 *   one's `a^b`; `ch(e,f,g) = g ^ (e & (f^g))`;
 * - the last round computes only `a`, since only the digest's first word is
 *   compared; a hit, rare as it is, is checked in full by the caller;
 * - constants come from memory: a `v128.load32_splat` is as fast as a constant
 *   in the code, and the code is the same for every puzzle.
 */

import { IS_VARYING, LAYOUT, VARYING_WORD } from "./puzzle_constants.ts";

/** What an instance of the module exports. */
export interface KernelExports {
  /** Begins with the constants of `puzzleConstants`. */
  readonly memory: WebAssembly.Memory;
  /**
   * Tries `steps` (at least 1) times as many nonces as there are lanes, from
   * `firstNonce` on. Returns how many steps were left, the present one
   * included, when a digest's first word was at most `target`; 0 when none was.
   */
  readonly search: (
    firstNonce: number,
    steps: number,
    target: number,
  ) => number;
}

/**
 * Instructions, a character a byte: strings are glued without being copied,
 * where nested lists would be a megabyte of garbage.
 */
type Code = string;

/** How one lane and four differ. */
interface Lanes {
  readonly count: 1 | 4;
  readonly type: number;
  readonly add: Code;
  readonly xor: Code;
  readonly and: Code;
  readonly shiftRight: Code;
  /** Opcode that loads a 32-bit word into every lane. */
  readonly load: Code;
  /** A number in every lane. */
  readonly splat: Code;
  readonly rotateRight: (local: number, bits: number) => Code;
  /** Whether any lane of the first operand is at most that of the second. */
  readonly isAnyAtMost: Code;
}

const code: (...bytes: number[]) => Code = String.fromCharCode;
const get = (local: number): Code => code(0x20, local);
const i32 = (value: number): Code => code(0x41) + signedLeb(value);

const SCALAR: Lanes = {
  count: 1,
  type: 0x7f,
  add: code(0x6a),
  xor: code(0x73),
  and: code(0x71),
  shiftRight: code(0x76),
  load: code(0x28),
  splat: "",
  rotateRight: (local, bits) => get(local) + i32(bits) + code(0x78),
  isAnyAtMost: code(0x4d),
};

const SHIFT_LEFT = code(0xfd, 0xab, 1);
const SHIFT_RIGHT = code(0xfd, 0xad, 1);
const OR = code(0xfd, 0x50);

const SIMD: Lanes = {
  count: 4,
  type: 0x7b,
  add: code(0xfd, 0xae, 1),
  xor: code(0xfd, 0x51),
  and: code(0xfd, 0x4e),
  shiftRight: SHIFT_RIGHT,
  load: code(0xfd, 9),
  splat: code(0xfd, 0x11),
  rotateRight: (local, bits) =>
    get(local) + i32(bits) + SHIFT_RIGHT +
    get(local) + i32(32 - bits) + SHIFT_LEFT + OR,
  isAnyAtMost: code(0xfd, 0x3e, 0xfd, 0x53),
};

/** Locals of the function: three parameters, then one of the lanes' type each. */
const FIRST_NONCE = 0;
const STEPS = 1;
const TARGET = 2;
const NONCE = 3;
const TARGETS = 4;
const REGISTERS = 5; // 8: a..h
const WORDS = 13; // 16: the schedule, round and round
const SUM = 29;
const AB = 30; // a^b of this round and of the last take turns
const BC = 31;
const LOCALS = 29; // besides the parameters

/** The module's bytes, for one lane or four. */
export function generateKernel(lanes: 1 | 4): Uint8Array<ArrayBuffer> {
  return encodeModule(lanes === 4 ? SIMD : SCALAR);
}

function searchFunction(lanes: Lanes): Code {
  const { add, splat } = lanes;
  const laneNumbers = lanes.count === 4 ? LANE_NUMBERS + add : "";
  return set(NONCE, get(FIRST_NONCE) + splat + laneNumbers) +
    set(TARGETS, get(TARGET) + splat) +
    code(0x03, 0x40) + // loop
    rounds(lanes) +
    constant(lanes, LAYOUT.initialA) + add + get(TARGETS) + lanes.isAnyAtMost +
    code(0x04, 0x40) + get(STEPS) + code(0x0f, 0x0b) + // if { return steps }
    set(NONCE, get(NONCE) + i32(lanes.count) + splat + add) +
    get(STEPS) + i32(1) + code(0x6b, 0x22, STEPS) + // steps -= 1
    code(0x0d, 0, 0x0b) + // loop again unless 0; end
    i32(0) + code(0x0b);
}

/** 0, 1, 2, 3 in the four lanes. */
const LANE_NUMBERS = code(
  ...[0xfd, 12],
  ...[0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0],
);

function set(local: number, value: Code): Code {
  return value + code(0x21, local);
}

/** Rounds 12 to 63; the last leaves its `a` on the stack. */
function rounds(lanes: Lanes): Code {
  const { add, xor, and } = lanes;
  const word = (t: number) => WORDS + (t & 15);

  // Round 12: the constant head, and the nonce where the varying word enters.
  let all = set(word(VARYING_WORD), get(NONCE));
  for (let i = 0; i < 8; i++) {
    const addend = i === 0 || i === 4 ? get(NONCE) + add : ""; // a and e
    all += set(REGISTERS + i, constant(lanes, LAYOUT.head + i) + addend);
  }
  let [a, b, c, d] = [REGISTERS, REGISTERS + 1, REGISTERS + 2, REGISTERS + 3];
  let [e, f, g, h] = [a + 4, b + 4, c + 4, d + 4];
  let [ab, bc] = [AB, BC];
  all += set(bc, get(b) + get(c) + xor);

  for (let t = VARYING_WORD + 1; t < 64; t++) {
    if (IS_VARYING[t]) all += set(word(t), scheduleWord(lanes, t, word));
    const addend = IS_VARYING[t]
      ? constant(lanes, LAYOUT.roundConstants + t) + get(word(t)) + add
      : constant(lanes, LAYOUT.words + t);
    const ch = get(f) + get(g) + xor + get(e) + and + get(g) + xor;
    const maj = get(ab) + get(bc) + and + get(b) + xor;
    all += set(
      SUM,
      addend + get(h) + add + ch + add +
        sumOfRotations(lanes, e, [6, 11, 25]) + add,
    );
    if (t < 63) all += set(d, get(d) + get(SUM) + add);
    all += set(ab, get(a) + get(b) + xor) +
      set(
        h,
        get(SUM) + maj + add + sumOfRotations(lanes, a, [2, 13, 22]) + add,
      );
    [ab, bc] = [bc, ab];
    [a, b, c, d, e, f, g, h] = [h, a, b, c, d, e, f, g];
  }
  return all + get(a);
}

/** Schedule word t from its varying terms and its constant part. */
function scheduleWord(
  lanes: Lanes,
  t: number,
  word: (t: number) => number,
): Code {
  const terms: Code[] = [];
  if (IS_VARYING[t - 16]) terms.push(get(word(t - 16)));
  if (IS_VARYING[t - 7]) terms.push(get(word(t - 7)));
  if (IS_VARYING[t - 15]) {
    terms.push(sumOfRotations(lanes, word(t - 15), [7, 18], 3));
  }
  const isWhollyVarying = [2, 7, 15, 16].every((back) => IS_VARYING[t - back]);
  if (!isWhollyVarying) terms.push(constant(lanes, LAYOUT.words + t));
  if (IS_VARYING[t - 2]) {
    terms.push(sumOfRotations(lanes, word(t - 2), [17, 19], 10));
  }
  return joined(terms, lanes.add);
}

/** Rotations of a local, and at the end maybe a shift, all xored. */
function sumOfRotations(
  { rotateRight, shiftRight, xor }: Lanes,
  local: number,
  rotations: number[],
  shift?: number,
): Code {
  const terms = rotations.map((bits) => rotateRight(local, bits));
  if (shift !== undefined) terms.push(get(local) + i32(shift) + shiftRight);
  return joined(terms, xor);
}

/** Terms, all combined by one instruction. */
function joined(terms: readonly Code[], instruction: Code): Code {
  return terms.reduce((all, term) => all + term + instruction);
}

/** A word of the constants, in every lane. */
function constant({ load }: Lanes, at: number): Code {
  const alignment = 2;
  return i32(0) + load + code(alignment) + unsignedLeb(at * 4);
}

/** WebAssembly core specification 2.0, section 5.5: type, function, memory, export, code. */
function encodeModule(lanes: Lanes): Uint8Array<ArrayBuffer> {
  const sized = (content: Code) => unsignedLeb(content.length) + content;
  const section = (id: number, content: Code) => code(id) + sized(content);
  const body = code(1, LOCALS, lanes.type) + searchFunction(lanes);
  const module = "\0asm" + code(1, 0, 0, 0) +
    section(1, code(1, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f)) +
    section(3, code(1, 0)) +
    section(5, code(1, 0, 1)) +
    section(
      7,
      code(2) + sized("memory") + code(2, 0) + sized("search") + code(0, 0),
    ) +
    section(10, code(1) + sized(body));
  const bytes = new Uint8Array(module.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = module.charCodeAt(i);
  return bytes;
}

function unsignedLeb(value: number): Code {
  return value < 128
    ? code(value)
    : code(value & 127 | 128) + unsignedLeb(value >> 7);
}

/** Of a number that is not negative. */
function signedLeb(value: number): Code {
  return value < 64
    ? code(value)
    : code(value & 127 | 128) + signedLeb(value >> 7);
}
