/** Turns readings of the machine into load, pressure and the present price. */

import { heightOf, type PriceCurve, priceOf } from "@sigmesh/core";
import type { Clock } from "../clock.ts";
import type { Effort } from "./effort.ts";
import type { Readings } from "./gauges.ts";
import { nextPressure } from "./pressure.ts";

/** What the price is made of. Shares are smoothed, 0..1. */
export interface Load {
  readonly cpu: number;
  readonly memory: number;
}

/** The present price, as admission and rooms see it. */
export interface Price {
  /** Hashes for weight 1 without surcharge. */
  readonly work: number;
  /** {@linkcode work} as a height in bits. */
  readonly height: number;
  /** 1..16. */
  readonly pressure: number;
  readonly load: Load;
}

const SAMPLE_MS = 1000;
const SMOOTHING_SECONDS = 3;

/** Samples once a second while started. */
export class LoadSampler implements Price {
  readonly #clock: Clock;
  readonly #read: () => Readings;
  readonly #maxMemoryBytes: number;
  readonly #curve: PriceCurve;
  readonly #effort: Effort;
  #last: Readings;
  #lastAt: number;
  #pressure = 1;
  #work: number;
  #height: number;
  #smooth = { hostCpu: 0, thread: 0, allThread: 0, hostMemory: 0, rss: 0 };
  #lateMs = 0;
  #stop = () => {};

  constructor({ clock, read, maxMemoryBytes, curve, effort }: {
    clock: Clock;
    read: () => Readings;
    /** RSS at which memory counts as full. */
    maxMemoryBytes: number;
    curve: PriceCurve;
    /** Tells paid work from unpaid. */
    effort: Effort;
  }) {
    this.#clock = clock;
    this.#read = read;
    this.#maxMemoryBytes = maxMemoryBytes;
    this.#curve = curve;
    this.#effort = effort;
    this.#last = read();
    this.#lastAt = clock.now();
    this.#work = priceOf({ load: 0, pressure: 1, curve });
    this.#height = heightOf(this.#work);
  }

  get work(): number {
    return this.#work;
  }

  get height(): number {
    return this.#height;
  }

  get pressure(): number {
    return this.#pressure;
  }

  /** The price if load were this: that of a part which has a load of its own. */
  workAt(load: number): number {
    const pressure = this.#pressure;
    return priceOf({ load: Math.min(1, load), pressure, curve: this.#curve });
  }

  get load(): Load {
    const { hostCpu, thread, hostMemory, rss } = this.#smooth;
    return {
      cpu: Math.max(hostCpu, thread),
      memory: Math.max(hostMemory, rss),
    };
  }

  /** Share of the main thread that is used, unpaid work included, 0..1. */
  get saturation(): number {
    return this.#smooth.allThread;
  }

  /** Milliseconds by which samples came late so far: the main thread was held up. */
  get lateMs(): number {
    return this.#lateMs;
  }

  start(): void {
    this.#stop = this.#clock.every(SAMPLE_MS, () => this.sample());
  }

  close(): void {
    this.#stop();
  }

  /** Takes one reading. Public for tests; a started sampler calls it by itself. */
  sample(): void {
    const now = this.#clock.now();
    const elapsedMs = now - this.#lastAt;
    if (elapsedMs <= 0) return;
    const last = this.#last;
    const read = this.#read();
    this.#last = read;
    this.#lastAt = now;
    this.#lateMs += Math.max(0, elapsedMs - SAMPLE_MS);
    const seconds = elapsedMs / 1000;
    const threadMs = read.threadMs - last.threadMs;
    const unpaidMs = threadMs * this.#effort.takeUnpaidShare(seconds);
    const hostBusyMs = read.hostBusyMs - last.hostBusyMs - unpaidMs;
    const hostTotalMs = read.hostTotalMs - last.hostTotalMs;
    const shares = {
      hostCpu: hostTotalMs > 0 ? aboveHalf(hostBusyMs / hostTotalMs) : 0,
      thread: (threadMs - unpaidMs) / elapsedMs,
      allThread: threadMs / elapsedMs,
      hostMemory: aboveHalf(read.hostMemoryUsed),
      rss: aboveHalf(read.rssBytes / this.#maxMemoryBytes),
    };
    const weight = 1 - Math.exp(-seconds / SMOOTHING_SECONDS);
    for (const name of Object.keys(shares) as (keyof typeof shares)[]) {
      const share = Math.min(1, Math.max(0, shares[name]));
      this.#smooth[name] += (share - this.#smooth[name]) * weight;
    }
    const { thread, rss } = this.#smooth;
    const saturation = Math.max(thread, rss);
    this.#pressure = nextPressure(this.#pressure, { saturation, seconds });
    const { cpu, memory } = this.load;
    this.#work = priceOf({
      load: Math.max(cpu, memory),
      pressure: this.#pressure,
      curve: this.#curve,
    });
    this.#height = heightOf(this.#work);
  }
}

/**
 * Counts a share of the host from one half upwards. One that rests at 50 % of
 * its memory is idle; and processors that others keep half busy, be it a
 * browser that mines beside a node under test, take nothing from this one.
 */
function aboveHalf(share: number): number {
  return Math.max(0, share * 2 - 1);
}
