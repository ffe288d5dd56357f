/** Counts what happens to a name in an hour, so that nobody can have it happen more often. */

import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";

const HOUR_MS = 3_600_000;

interface Use {
  readonly since: number;
  count: number;
}

/**
 * An allowance for each name; its hour begins when it is first used. Names are
 * kept in two generations: to take the oldest out of one Map, again and again,
 * costs V8 80 µs at this size.
 */
export class Hourly {
  readonly #clock: Clock;
  readonly #most: number;
  #young = new Map<string, Use>();
  #old = new Map<string, Use>();
  #youngSince: number;

  /** At `most` young names the old ones are forgotten before their time. */
  constructor(
    { clock, most = SERVER_LIMITS.hourlyNames }: {
      clock: Clock;
      most?: number;
    },
  ) {
    this.#clock = clock;
    this.#most = most;
    this.#youngSince = clock.now();
  }

  /** Names remembered, some of them longer than they count. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Whether a name has used some of its allowance. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** Uses one of `allowance`; false when there is none left in this hour. */
  take(name: string, allowance = 1): boolean {
    const use = this.#find(name);
    if (use === undefined) {
      this.#add(name);
      return true;
    }
    if (use.count >= allowance) return false;
    use.count++;
    return true;
  }

  #find(name: string): Use | undefined {
    const use = this.#young.get(name) ?? this.#old.get(name);
    const isOver = use === undefined ||
      use.since <= this.#clock.now() - HOUR_MS;
    return isOver ? undefined : use;
  }

  #add(name: string): void {
    const now = this.#clock.now();
    const isAged = now - this.#youngSince >= HOUR_MS;
    if (isAged || this.#young.size >= this.#most) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngSince = now;
    }
    this.#young.set(name, { since: now, count: 1 });
  }
}
