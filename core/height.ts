/** Work, height and target: three views of how hard a puzzle is. */

/** Heights are whole numbers of these steps. */
export const STEPS_PER_BIT = 256;

/** Rounding noise of log2 and pow, far below one step (2.7e-3). */
const RELATIVE_ERROR = 1e-12;

/** Expected hashes -> height in bits, rounded up to 1/256 bit. Work below 1 has height 0. */
export function heightOf(work: number): number {
  if (!(work >= 0 && work < Infinity)) {
    throw new RangeError(`Work must be a finite number of hashes, got ${work}`);
  }
  if (work <= 1) return 0;
  const steps = Math.round(Math.log2(work) * STEPS_PER_BIT);
  const falls = 2 ** (steps / STEPS_PER_BIT) < work * (1 - RELATIVE_ERROR);
  return (falls ? steps + 1 : steps) / STEPS_PER_BIT;
}

/** Height in bits -> expected hashes. */
export function workOf(height: number): number {
  return 2 ** height;
}

/**
 * A 64-bit bound as two halves. A hash solves when its first 8 bytes, read as
 * two big-endian words, are below it.
 */
export interface Target {
  /** First 32 bits; 2^32 where every hash solves. */
  readonly high: number;
  /** Last 32 bits. */
  readonly low: number;
}

const EVERYTHING: Target = { high: 2 ** 32, low: 0 };
const NOTHING: Target = { high: 0, low: 0 };

/**
 * Height in bits -> floor(2^(64 - height)), exact to the last bit, so that
 * every implementation draws the line at the same hash.
 *
 * Throws RangeError when the height is not a number.
 */
export function targetOf(height: number): Target {
  if (Number.isNaN(height)) throw new RangeError("Height is not a number");
  const steps = Math.ceil(height * STEPS_PER_BIT);
  if (steps <= 0) return EVERYTHING;
  if (steps > 64 * STEPS_PER_BIT) return NOTHING;
  let target = targets.get(steps);
  if (target === undefined) {
    const fraction = steps % STEPS_PER_BIT;
    const value = fractionTarget(fraction) >>
      BigInt((steps - fraction) / STEPS_PER_BIT);
    target = { high: Number(value >> 32n), low: Number(value & 0xffff_ffffn) };
    targets.set(steps, target);
  }
  return target;
}

/** By steps, of which there are 16,384 at most. */
const targets = new Map<number, Target>();

/** Whether the value (two 32-bit words) lies below the target. */
export function isBelow(high: number, low: number, target: Target): boolean {
  return high < target.high || (high === target.high && low < target.low);
}

/** `2 ** x` of 64 bits is wrong by less than this: its last 11 bits are zeros. */
const ESTIMATE_ERROR = 1n << 13n;
const fractionTargets: bigint[] = [];

/** floor(2^(64 - steps/256)) for steps 0..255: the greatest x with x^256 <= 2^(64 * 256 - steps). */
function fractionTarget(steps: number): bigint {
  return fractionTargets[steps] ??= searchRoot(steps);
}

function searchRoot(steps: number): bigint {
  const power = 1n << BigInt(64 * STEPS_PER_BIT - steps);
  let root = BigInt(2 ** (64 - steps / STEPS_PER_BIT)) - ESTIMATE_ERROR;
  for (let more = ESTIMATE_ERROR; more > 0n; more >>= 1n) {
    if ((root + more) ** BigInt(STEPS_PER_BIT) <= power) root += more;
  }
  return root;
}
