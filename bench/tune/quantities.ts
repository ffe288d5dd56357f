/** Rates, times and works as people write and read them. */

import { formatNumber } from "../load/statistics.ts";

const PREFIXES: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** More than all miners of Bitcoin together: what is above is a slip. */
export const MAX_HASHES_PER_SECOND = 1e22;

/** Reads `22G` or `350M` as hashes a second; undefined when it is no such rate. */
export function parseHashRate(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kMGT]?)(?:H\/s)?$/.exec(text.trim());
  if (match === null) return undefined;
  const rate = Number(match[1]) * PREFIXES[match[2]!]!;
  return rate > 0 && rate <= MAX_HASHES_PER_SECOND ? rate : undefined;
}

/** `33.0 MH/s`. */
export function formatHashRate(hashesPerSecond: number): string {
  const [prefix, factor] = prefixOf(hashesPerSecond);
  return `${formatNumber(hashesPerSecond / factor)} ${prefix}H/s`;
}

/** `0.12 ms`, `48.0 ms`, `3.00 s`, `2.50 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${formatNumber(seconds * 1000)} ms`;
  if (seconds < 120) return `${formatNumber(seconds)} s`;
  return seconds < 7200
    ? `${formatNumber(seconds / 60)} min`
    : `${formatNumber(seconds / 3600)} h`;
}

/** `65,536 hashes`. */
export function formatWork(work: number): string {
  return `${Math.round(work).toLocaleString("en-GB")} hashes`;
}

/** For the ticks of an axis: `10 ms`, `100 s`. */
export function shortSeconds(seconds: number): string {
  return seconds < 1
    ? `${rounded(seconds * 1000)} ms`
    : `${rounded(seconds)} s`;
}

/** For the ticks of an axis: `100`, `10 k`. */
export function shortNumber(value: number): string {
  const [prefix, factor] = prefixOf(value);
  return `${rounded(value / factor)} ${prefix}`.trim();
}

/** Without the noise of powers of ten. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

function prefixOf(value: number): [string, number] {
  return Object.entries(PREFIXES).findLast(([, factor]) => value >= factor) ??
    ["", 1];
}
