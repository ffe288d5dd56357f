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

const GUARD_BITS = 192n;
const roots: bigint[] = [];

/**
 * floor(2^(64 - steps/256)) for steps 0..255, as a product of the roots
 * 2^(-1/2), 2^(-1/4), … 2^(-1/256) in fixed point. 192 bits behind the point
 * leave the floor beyond doubt; a test compares all 256 with exact roots.
 */
function fractionTarget(steps: number): bigint {
  for (let i = roots.length; i < 8; i++) {
    const above = roots[i - 1] ?? 1n << (GUARD_BITS - 1n); // 2^-1
    roots.push(squareRoot(above << GUARD_BITS));
  }
  let value = 1n << (64n + GUARD_BITS);
  roots.forEach((root, i) => {
    if (steps & 128 >> i) value = (value * root) >> GUARD_BITS;
  });
  return value >> GUARD_BITS;
}

/** floor(sqrt(n)) by Newton's method. */
function squareRoot(n: bigint): bigint {
  let guess = 1n << BigInt((n.toString(2).length + 1) >> 1);
  while (true) {
    const next = (guess + n / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}
