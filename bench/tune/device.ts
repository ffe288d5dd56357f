/** A device, as the price depends on it: how fast its browser pays. */

import type { HashRate, HashRateReport } from "../hash_rates.ts";

/** What a result of `bench:hash` or of the page /bench/ tells about a device. */
export interface Device {
  readonly name: string;
  readonly runtime: string;
  /** Logical processors. */
  readonly processors: number;
  /** ISO 8601. */
  readonly date: string;
  /** What it pays with. */
  readonly engine: string;
  readonly threads: number;
  /** Median of the rounds. */
  readonly hashesPerSecond: number;
  /** The slowest round and the fastest. */
  readonly least: number;
  readonly most: number;
}

/** This project's engines, fastest first: `solve` takes the first that works. */
const ENGINES = ["wasm-simd", "wasm-scalar", "javascript"];
const IN_WORKERS = " in workers";

/** The device that a result describes; undefined when none of its rates is a page's. */
export function deviceOf(
  { device, runtime, processors, date, rates }: HashRateReport,
): Device | undefined {
  const rate = rateOfPages(rates, processors);
  if (rate === undefined) return undefined;
  return {
    name: device,
    runtime,
    processors,
    date,
    engine: rate.name,
    threads: rate.threads,
    hashesPerSecond: rate.median,
    least: Math.min(...rate.rounds),
    most: Math.max(...rate.rounds),
  };
}

/** Pages mine in as many workers as there are processors but one; without workers, alone. */
function rateOfPages(
  rates: readonly HashRate[],
  processors: number,
): HashRate | undefined {
  const workers = Math.max(1, processors - 1);
  for (const suffix of [IN_WORKERS, ""]) {
    for (const engine of ENGINES) {
      const found = rates
        .filter(({ name, threads }) =>
          name === engine + suffix && threads <= workers
        )
        .toSorted((a, b) => b.threads - a.threads)[0];
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Gives devices of one name a number each, from the second on. */
export function withNamesApart(devices: readonly Device[]): Device[] {
  const taken = new Set<string>();
  return devices.map((device) => {
    let name = device.name;
    for (let i = 2; taken.has(name); i++) name = `${device.name} (${i})`;
    taken.add(name);
    return { ...device, name };
  });
}

/** The slowest comes last. */
export function fastestFirst(devices: readonly Device[]): Device[] {
  return devices.toSorted((a, b) => b.hashesPerSecond - a.hashesPerSecond);
}
