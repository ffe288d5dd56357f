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

/** Instructions: bytes in nested lists, flattened once at the end. */
type Code = readonly (number | Code)[];

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

const get = (local: number): Code => [0x20, local];
const i32 = (value: number): Code => [0x41, signedLeb(value)];

const SCALAR: Lanes = {
  count: 1,
  type: 0x7f,
  add: [0x6a],
  xor: [0x73],
  and: [0x71],
  shiftRight: [0x76],
  load: [0x28],
  splat: [],
  rotateRight: (local, bits) => [get(local), i32(bits), 0x78],
  isAnyAtMost: [0x4d],
};

const SHIFT_LEFT = [0xfd, 0xab, 1];
const SHIFT_RIGHT = [0xfd, 0xad, 1];
const OR = [0xfd, 0x50];

const SIMD: Lanes = {
  count: 4,
  type: 0x7b,
  add: [0xfd, 0xae, 1],
  xor: [0xfd, 0x51],
  and: [0xfd, 0x4e],
  shiftRight: SHIFT_RIGHT,
  load: [0xfd, 9],
  splat: [0xfd, 0x11],
  rotateRight: (local, bits) => [
    [get(local), i32(bits), SHIFT_RIGHT],
    [get(local), i32(32 - bits), SHIFT_LEFT],
    OR,
  ],
  isAnyAtMost: [0xfd, 0x3e, 0xfd, 0x53],
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
  const code: Code[] = [];
  const emit = (...parts: Code) => code.push(parts);
  const set = (local: number, ...value: Code) => emit(value, 0x21, local);

  set(NONCE, get(FIRST_NONCE), splat);
  if (lanes.count === 4) set(NONCE, get(NONCE), LANE_NUMBERS, add);
  set(TARGETS, get(TARGET), splat);
  emit(0x03, 0x40); // loop
  const a = setRounds(lanes, set);
  emit(
    a,
    constant(lanes, LAYOUT.initialA),
    add,
    get(TARGETS),
    lanes.isAnyAtMost,
  );
  emit(0x04, 0x40, get(STEPS), 0x0f, 0x0b); // if { return steps }
  set(NONCE, get(NONCE), i32(lanes.count), splat, add);
  emit(get(STEPS), i32(1), 0x6b, 0x22, STEPS); // steps -= 1
  emit(0x0d, 0, 0x0b); // loop again unless 0; end
  emit(i32(0), 0x0b);
  return code;
}

/** 0, 1, 2, 3 in the four lanes. */
const LANE_NUMBERS: Code = [
  [0xfd, 12],
  [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0],
];

/** Rounds 12 to 63; returns the code that gives the last `a`. */
function setRounds(
  lanes: Lanes,
  set: (local: number, ...value: Code) => void,
): Code {
  const { add, xor, and } = lanes;
  const word = (t: number) => WORDS + (t & 15);

  // Round 12: the constant head, and the nonce where the varying word enters.
  set(word(VARYING_WORD), get(NONCE));
  for (let i = 0; i < 8; i++) {
    const addend = i === 0 || i === 4 ? [get(NONCE), add] : []; // a and e
    set(REGISTERS + i, constant(lanes, LAYOUT.head + i), addend);
  }
  let [a, b, c, d] = [REGISTERS, REGISTERS + 1, REGISTERS + 2, REGISTERS + 3];
  let [e, f, g, h] = [a + 4, b + 4, c + 4, d + 4];
  let [ab, bc] = [AB, BC];
  set(bc, get(b), get(c), xor);

  for (let t = VARYING_WORD + 1; t < 64; t++) {
    if (IS_VARYING[t]) set(word(t), scheduleWord(lanes, t, word));
    set(
      SUM,
      IS_VARYING[t]
        ? [constant(lanes, LAYOUT.roundConstants + t), get(word(t)), add]
        : constant(lanes, LAYOUT.words + t),
      [get(h), add],
      [get(f), get(g), xor, get(e), and, get(g), xor, add], // ch
      [sumOfRotations(lanes, e, [6, 11, 25]), add],
    );
    if (t < 63) set(d, get(d), get(SUM), add);
    set(ab, get(a), get(b), xor);
    set(
      h,
      get(SUM),
      [get(ab), get(bc), and, get(b), xor, add], // maj
      [sumOfRotations(lanes, a, [2, 13, 22]), add],
    );
    [ab, bc] = [bc, ab];
    [a, b, c, d, e, f, g, h] = [h, a, b, c, d, e, f, g];
  }
  return get(a);
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
  if (shift !== undefined) terms.push([get(local), i32(shift), shiftRight]);
  return joined(terms, xor);
}

/** Terms, all combined by one instruction. */
function joined(terms: readonly Code[], instruction: Code): Code {
  return terms.map((term, i) => i === 0 ? term : [term, instruction]);
}

/** A word of the constants, in every lane. */
function constant({ load }: Lanes, at: number): Code {
  const alignment = 2;
  return [i32(0), load, alignment, unsignedLeb(at * 4)];
}

/** WebAssembly core specification 2.0, section 5.5: type, function, memory, export, code. */
function encodeModule(lanes: Lanes): Uint8Array<ArrayBuffer> {
  const sized = (content: Code) => {
    const bytes = flatten(content);
    return [unsignedLeb(bytes.length), bytes];
  };
  const name = (text: string) => sized([...new TextEncoder().encode(text)]);
  const body = sized([1, LOCALS, lanes.type, searchFunction(lanes)]);
  return new Uint8Array(flatten([
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    [1, sized([1, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f])],
    [3, sized([1, 0])],
    [5, sized([1, 0, 1])],
    [7, sized([2, name("memory"), 2, 0, name("search"), 0, 0])],
    [10, sized([1, body])],
  ]));
}

function flatten(code: readonly unknown[]): number[] {
  return code.flat(Infinity) as number[];
}

function unsignedLeb(value: number): Code {
  return value < 128 ? [value] : [value & 127 | 128, unsignedLeb(value >> 7)];
}

/** Of a number that is not negative. */
function signedLeb(value: number): Code {
  return value < 64 ? [value] : [value & 127 | 128, signedLeb(value >> 7)];
}
