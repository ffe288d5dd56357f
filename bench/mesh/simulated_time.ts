/** Simulated time for a thousand nodes: a wheel of milliseconds, on which planning something costs the same however much is planned. */

import type { Clock } from "../../server/clock.ts";

const START_MS = 1_760_000_000_000;
/** What is further off goes round as often as it takes. */
const SLOTS = 2 ** 17;

/** A clock; what falls due runs in the order in which it was planned. */
export class SimulatedTime implements Clock {
  readonly #slots: (() => void)[][] = Array.from({ length: SLOTS }, () => []);
  #nowMs = 0;

  /** Milliseconds since the start. */
  get nowMs(): number {
    return this.#nowMs;
  }

  now(): number {
    return START_MS + this.#nowMs;
  }

  every(intervalMs: number, run: () => void): () => void {
    let isOver = false;
    const tick = () => {
      if (isOver) return;
      this.after(intervalMs, tick);
      run();
    };
    this.after(intervalMs, tick);
    return () => isOver = true;
  }

  /** Plans something for so many milliseconds from now: whole ones, at least one. */
  after(delayMs: number, run: () => void): void {
    const whole = Math.max(1, Math.round(delayMs));
    if (whole >= SLOTS) {
      const rest = whole - SLOTS + 1;
      return this.after(SLOTS - 1, () => this.after(rest, run));
    }
    this.#slots[(this.#nowMs + whole) % SLOTS]!.push(run);
  }

  /** Lets time run to a moment; promises that a millisecond's tasks have settled are followed before the next one. */
  async runTo(endMs: number): Promise<void> {
    while (this.#nowMs < endMs) {
      const slot = this.#nowMs = this.#nowMs + 1;
      const due = this.#slots[slot % SLOTS]!;
      if (due.length === 0) continue;
      this.#slots[slot % SLOTS] = [];
      for (const run of due) run();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
