/** Credentials that were paid for again, and how long they live now. */

import type { Clock } from "../clock.ts";

const SWEEP_MS = 60_000;

/** Bounded: at the bound the one renewed longest ago is forgotten, and expires as it was issued. */
export class Renewals {
  readonly #clock: Clock;
  readonly #most: number;
  /** Unix seconds; the one renewed longest ago first. */
  readonly #expiries = new Map<string, number>();

  constructor({ clock, most }: { clock: Clock; most: number }) {
    this.#clock = clock;
    this.#most = most;
  }

  get size(): number {
    return this.#expiries.size;
  }

  /** Starts forgetting what has expired; the returned function ends that. */
  start(): () => void {
    return this.#clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** Lets a username live until then, Unix seconds; never shorter than before. */
  renew(username: string, expiresAt: number): void {
    const before = this.#expiries.get(username) ?? 0;
    this.#expiries.delete(username);
    this.#expiries.set(username, Math.max(before, expiresAt));
    if (this.#expiries.size <= this.#most) return;
    const [oldest] = this.#expiries.keys();
    this.#expiries.delete(oldest!);
  }

  /** Unix seconds; undefined when it was not renewed. */
  expiryOf(username: string): number | undefined {
    return this.#expiries.get(username);
  }

  #sweep(): void {
    const now = this.#clock.now() / 1000;
    for (const [username, expiresAt] of this.#expiries) {
      if (expiresAt <= now) this.#expiries.delete(username);
    }
  }
}
