/** Pressure: what the price is multiplied by while the node stays saturated. */

import { MAX_PRESSURE } from "@sigmesh/core";

const RISES_ABOVE = 0.9;
const FALLS_BELOW = 0.75;
const RISE_PER_SECOND = 1.1;
const FALL_PER_SECOND = 0.95;

/**
 * Pressure after `seconds` at a saturation in 0..1. It grows 10 % a second
 * above 0.9, shrinks 5 % a second below 0.75, rests in between, and stays in
 * 1..16.
 */
export function nextPressure(
  pressure: number,
  { saturation, seconds }: { saturation: number; seconds: number },
): number {
  const factor = saturation > RISES_ABOVE
    ? RISE_PER_SECOND
    : saturation < FALLS_BELOW
    ? FALL_PER_SECOND
    : 1;
  return Math.min(MAX_PRESSURE, Math.max(1, pressure * factor ** seconds));
}
