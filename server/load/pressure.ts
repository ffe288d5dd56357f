/** Pressure: what the price is multiplied by while the node stays saturated. */

import { MAX_PRESSURE } from "@sigmesh/core";

/** Saturation at which pressure rests. */
const TARGET = 0.8;
/** Growth a second for each unit above the target: 17 % a second where nothing is left. */
const GAIN = 0.8;

/**
 * Pressure after `seconds` at a saturation in 0..1: it grows as long as
 * saturation is above 0.8, shrinks below, the faster the farther away, and stays
 * in 1..16. `deno task bench:price` shows why these numbers: with a step at a
 * threshold, or a slower rise, price and load swing for as long as a flood lasts.
 */
export function nextPressure(
  pressure: number,
  { saturation, seconds }: { saturation: number; seconds: number },
): number {
  const factor = Math.exp(GAIN * (saturation - TARGET) * seconds);
  return Math.min(MAX_PRESSURE, Math.max(1, pressure * factor));
}
