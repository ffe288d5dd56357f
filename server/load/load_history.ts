/** The last hour: what the node cost and carried, for people to look at. */

import type { Clock } from "../clock.ts";
import type { Price } from "./load_sampler.ts";

/** What was so at one moment. */
export interface LoadPoint {
  /** How long ago that was. */
  readonly ageSeconds: number;
  /** Price of weight 1 without surcharge, in bits. */
  readonly height: number;
  /** Share of the processor, 0..1. */
  readonly cpu: number;
  /** Share of memory, 0..1. */
  readonly memory: number;
  /** Open streams. */
  readonly streams: number;
}

const INTERVAL_MS = 15_000;
/** Points older than this are dropped. */
export const HISTORY_SECONDS = 3600;

/** Takes a point at the start and every 15 s; holds at most 241. */
export class LoadHistory {
  readonly #clock: Clock;
  readonly #price: Price;
  readonly #streams: () => number;
  #readings: (Omit<LoadPoint, "ageSeconds"> & { readonly at: number })[] = [];
  #stop = () => {};

  constructor({ clock, price, streams }: {
    clock: Clock;
    price: Price;
    /** How many streams are open now. */
    streams: () => number;
  }) {
    this.#clock = clock;
    this.#price = price;
    this.#streams = streams;
  }

  start(): void {
    this.#record();
    this.#stop = this.#clock.every(INTERVAL_MS, () => this.#record());
  }

  close(): void {
    this.#stop();
  }

  /** The oldest first. */
  points(): LoadPoint[] {
    this.#expire();
    const now = this.#clock.now();
    return this.#readings.map(({ at, ...reading }) => ({
      ageSeconds: (now - at) / 1000,
      ...reading,
    }));
  }

  #record(): void {
    const { height, load } = this.#price;
    const at = this.#clock.now();
    const { cpu, memory } = load;
    this.#readings.push({ at, height, cpu, memory, streams: this.#streams() });
    this.#expire();
  }

  #expire(): void {
    const oldest = this.#clock.now() - HISTORY_SECONDS * 1000;
    this.#readings = this.#readings.filter(({ at }) => at >= oldest);
  }
}
