/** Notices that a stream has died without saying so. */

import { joinSignals } from "./signals.ts";

/** Aborts when it is not fed in time, or when its parent does. */
export class Watchdog {
  /** Aborted when time is up. */
  readonly signal: AbortSignal;
  readonly #late = new AbortController();
  readonly #now: () => number;
  #dueAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `parent` ends it early, with its own reason; the first food is due in `silenceMs`. */
  constructor(
    { silenceMs, parent, now }: {
      silenceMs: number;
      parent: AbortSignal;
      now: () => number;
    },
  ) {
    this.#now = now;
    this.signal = joinSignals(parent, this.#late.signal).signal;
    this.feed(silenceMs);
  }

  /** A sign of life; the next is due in `silenceMs`. */
  feed(silenceMs: number): void {
    clearTimeout(this.#timer);
    this.#dueAt = this.#now() + silenceMs;
    this.#timer = setTimeout(
      () => this.#late.abort(new Error("The stream fell silent")),
      silenceMs,
    );
  }

  /** Whether it is late by the clock: timers may have stood still. */
  get isLate(): boolean {
    return this.#now() >= this.#dueAt;
  }

  /** Aborts, and lets go of timer and parent. */
  close(): void {
    clearTimeout(this.#timer);
    this.#late.abort();
  }
}
