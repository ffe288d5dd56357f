/** The price of what one part does, which may be fuller than the node. */

import type { Clock } from "../clock.ts";
import type { LoadSampler } from "./load_sampler.ts";

const SAMPLE_MS = 1000;
/** For so long what was quoted is enough. */
const HONOURED_SAMPLES = 10;

/**
 * Factors by which the part is dearer than the node, sampled once a second.
 *
 * The quoted one is that of now, the owed one the lowest of those quoted in the
 * last 10 s: who buys in the same seconds does not refuse each other. Kept are
 * factors and not loads, since the node's own price moves meanwhile, too.
 */
export class PartPrice {
  readonly #clock: Clock;
  readonly #price: Pick<LoadSampler, "factorAt">;
  readonly #load: () => number;
  /** The latest last. */
  #factors: number[];
  #stop = () => {};

  constructor({ clock, price, load }: {
    clock: Clock;
    price: Pick<LoadSampler, "factorAt">;
    /** The part's, 0..1. */
    load: () => number;
  }) {
    this.#clock = clock;
    this.#price = price;
    this.#load = load;
    this.#factors = [price.factorAt(load())];
  }

  /** What the part costs now, relative to the node; at least 1. */
  get quoted(): number {
    return this.#factors.at(-1)!;
  }

  /** What is owed by whoever was quoted in the last 10 s. */
  get owed(): number {
    return Math.min(...this.#factors);
  }

  start(): void {
    this.#stop = this.#clock.every(SAMPLE_MS, () => this.#sample());
  }

  close(): void {
    this.#stop();
  }

  #sample(): void {
    const factor = this.#price.factorAt(this.#load());
    this.#factors = [...this.#factors.slice(-HONOURED_SAMPLES), factor];
  }
}
