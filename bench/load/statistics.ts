/** What is made of measurements. Pure. */

import { median } from "../hash_rates.ts";

/** The value below which a share of all lies: the nearest rank. NaN for no values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** Values of several rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Median, least and most. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
  };
}

/** Median of the ratios within rounds: a round in which one is missing does not count. */
export function ratioOf(
  values: readonly (number | undefined)[],
  reference: readonly (number | undefined)[],
): number | undefined {
  const ratios = values.flatMap((value, round) => {
    const by = reference[round];
    return value === undefined || by === undefined || by === 0
      ? []
      : [value / by];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

/** A number with three digits that count, thousands apart. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-GB", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
