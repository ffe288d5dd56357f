/** Counts what happens to a name in an hour, so that nobody can have it happen more often. */

import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";

const HOUR_MS = 3_600_000;

/** An allowance for each name; the hour begins when it is first used. */
export class Hourly {
  readonly #clock: Clock;
  readonly #most: number;
  /** The one begun longest ago first. At the bound it is forgotten. */
  readonly #byName = new Map<string, { since: number; count: number }>();

  constructor(
    { clock, most = SERVER_LIMITS.hourlyNames }: {
      clock: Clock;
      most?: number;
    },
  ) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Names remembered. */
  get size(): number {
    return this.#byName.size;
  }

  /** Whether a name has used some of its allowance. */
  has(name: string): boolean {
    this.#forget();
    return this.#byName.has(name);
  }

  /** Uses one of `allowance`; false when there is none left in this hour. */
  take(name: string, allowance = 1): boolean {
    this.#forget();
    const used = this.#byName.get(name);
    if (used === undefined) {
      if (this.#byName.size >= this.#most) this.#deleteOldest();
      this.#byName.set(name, { since: this.#clock.now(), count: 1 });
      return true;
    }
    if (used.count >= allowance) return false;
    used.count++;
    return true;
  }

  #forget(): void {
    const before = this.#clock.now() - HOUR_MS;
    for (const [name, { since }] of this.#byName) {
      if (since > before) return;
      this.#byName.delete(name);
    }
  }

  #deleteOldest(): void {
    this.#byName.delete(this.#byName.keys().next().value!);
  }
}
