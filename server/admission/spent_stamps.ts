/** Remembers which ids were seen, of stamps spent or messages relayed, for as long as their tokens are honoured. */

import { LIMITS } from "@sigmesh/core/wire";
import type { Clock } from "../clock.ts";

/** Ids by the second of their token, so that a second is forgotten at once. */
export class SpentStamps {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #lifetimeSeconds: number;
  readonly #bySecond = new Map<number, Set<string>>();
  #size = 0;
  #forgottenUpTo = -1;

  /** At `capacity` ids the oldest second is forgotten. */
  constructor(
    clock: Clock,
    { capacity, lifetimeSeconds = LIMITS.tokenLifetimeSeconds }: {
      capacity: number;
      lifetimeSeconds?: number;
    },
  ) {
    this.#clock = clock;
    this.#capacity = capacity;
    this.#lifetimeSeconds = lifetimeSeconds;
  }

  /** Ids held. */
  get size(): number {
    return this.#size;
  }

  /**
   * Whether this second was forgotten to make room. Its stamps can no longer be
   * told from fresh ones: its tokens must be refused.
   */
  isForgotten(second: number): boolean {
    return second <= this.#forgottenUpTo;
  }

  /** Whether an id was spent under the second of its token. */
  has(id: string, second: number): boolean {
    return this.#bySecond.get(second)?.has(id) ?? false;
  }

  /** Spends an id under the second of its token. False when it was spent before. */
  spend(id: string, second: number): boolean {
    let ids = this.#bySecond.get(second);
    if (ids?.has(id)) return false;
    if (ids === undefined) {
      this.#forgetExpired();
      this.#bySecond.set(second, ids = new Set());
    }
    ids.add(id);
    this.#size++;
    if (this.#size > this.#capacity) this.#forgetOldest();
    return true;
  }

  #forgetExpired(): void {
    const oldest = Math.floor(this.#clock.now() / 1000) -
      this.#lifetimeSeconds;
    for (const second of this.#bySecond.keys()) {
      if (second < oldest) this.#forget(second);
    }
  }

  #forgetOldest(): void {
    this.#forget(Math.min(...this.#bySecond.keys()));
  }

  /** Also of a second that has expired: should the clock go back, it must stay refused. */
  #forget(second: number): void {
    this.#forgottenUpTo = Math.max(this.#forgottenUpTo, second);
    this.#size -= this.#bySecond.get(second)?.size ?? 0;
    this.#bySecond.delete(second);
  }
}
