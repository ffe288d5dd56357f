/** The price of what one part does, which may be fuller than the node. */

import type { Clock } from "../clock.ts";
import type { LoadSampler } from "./load_sampler.ts";

const SAMPLE_MS = 1000;
/** For so long what was quoted is enough. */
const HONOURED_SAMPLES = 10;

/**
 * Prices in hashes for weight 1, sampled once a second; what is bought of the part
 * costs that, or what the node costs if it is more.
 *
 * The quoted one is that of now, the owed one the lowest of those quoted in the
 * last 10 s: who buys in the same seconds does not refuse each other. Kept are
 * prices and not factors of the node's: a factor of when the node was dear would
 * sell for next to nothing under a token of when it is cheap again.
 */
export class PartPrice {
  readonly #clock: Clock;
  readonly #price: Pick<LoadSampler, "workAt">;
  readonly #load: () => number;
  /** The latest last. */
  #works: number[];
  #stop = () => {};

  constructor({ clock, price, load }: {
    clock: Clock;
    price: Pick<LoadSampler, "workAt">;
    /** The part's, 0..1. */
    load: () => number;
  }) {
    this.#clock = clock;
    this.#price = price;
    this.#load = load;
    this.#works = [price.workAt(load())];
  }

  /** What the part costs now. */
  get quoted(): number {
    return this.#works.at(-1)!;
  }

  /** What is owed by whoever was quoted in the last 10 s. */
  get owed(): number {
    return Math.min(...this.#works);
  }

  start(): void {
    this.#stop = this.#clock.every(SAMPLE_MS, () => this.#sample());
  }

  close(): void {
    this.#stop();
  }

  #sample(): void {
    const work = this.#price.workAt(this.#load());
    this.#works = [...this.#works.slice(-HONOURED_SAMPLES), work];
  }
}
