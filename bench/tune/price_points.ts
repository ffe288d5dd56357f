/** What a post costs under a curve, by the node's own price law. */

import {
  heightOf,
  MAX_PRESSURE,
  owedWork,
  type PriceCurve,
  priceOf,
  WEIGHTS,
} from "@sigmesh/core";

/** How busy a node is. */
export interface Strain {
  /** 0..1. */
  readonly load: number;
  /** 1..16. */
  readonly pressure: number;
}

/** From rest to the dearest there is. */
export const REST: Strain = { load: 0, pressure: 1 };
export const FULL: Strain = { load: 1, pressure: 1 };
export const UTMOST: Strain = { load: 1, pressure: MAX_PRESSURE };

/** Halvings after which a number of this size no longer changes. */
const HALVINGS = 50;

/** Hashes owed for a post into a room where nobody is and nothing was said. */
export function workAt(strain: Strain, curve: PriceCurve): number {
  const height = heightOf(priceOf({ ...strain, curve }));
  const weight = WEIGHTS.room;
  return owedWork({ height, weight, messages: 0, subscribers: 0 });
}

/**
 * The least strain at which a post costs so much: load first, then pressure, as
 * a node's price rises. Undefined when it never does.
 */
export function strainFor(
  work: number,
  curve: PriceCurve,
): Strain | undefined {
  for (const [from, to] of [[REST, FULL], [FULL, UTMOST]] as const) {
    if (workAt(to, curve) >= work) {
      return leastBetween(from, to, (strain) => workAt(strain, curve) >= work);
    }
  }
  return undefined;
}

/** Where on the way a claim begins to hold, given that it does at its end. */
function leastBetween(
  from: Strain,
  to: Strain,
  holds: (strain: Strain) => boolean,
): Strain {
  const at = (way: number): Strain => ({
    load: from.load + (to.load - from.load) * way,
    pressure: from.pressure + (to.pressure - from.pressure) * way,
  });
  if (holds(from)) return from;
  let [low, high] = [0, 1];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (holds(at(middle))) high = middle;
    else low = middle;
  }
  return at(high);
}
