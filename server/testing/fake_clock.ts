import type { Clock } from "../clock.ts";

/** A clock that stands still until it is advanced; tasks then run in order of their time. */
export class FakeClock implements Clock {
  #now: number;
  readonly #tasks = new Set<
    { due: number; intervalMs: number; run: () => void }
  >();

  constructor(now = 1_760_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  every(intervalMs: number, run: () => void): () => void {
    const task = { due: this.#now + intervalMs, intervalMs, run };
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  /** Moves time forward, timers do not run meanwhile and go on where they stood. */
  sleep(ms: number): void {
    this.#now += ms;
    for (const task of this.#tasks) task.due += ms;
  }

  /** Moves time forward and runs what falls due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while (true) {
      const next = [...this.#tasks].filter((task) => task.due <= end)
        .toSorted((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#now = next.due;
      next.due += next.intervalMs;
      next.run();
    }
    this.#now = end;
  }
}
