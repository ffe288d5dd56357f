/** Notices that a stream has died without saying so. */

import { joinSignals } from "./signals.ts";

/** Aborts when it is not fed in time, or when its parent does. */
export class Watchdog {
  /** Aborted when time is up. */
  readonly signal: AbortSignal;
  readonly #late = new AbortController();
  readonly #silenceMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `parent` ends it early, with its own reason. */
  constructor(silenceMs: number, parent: AbortSignal) {
    this.#silenceMs = silenceMs;
    this.signal = joinSignals(parent, this.#late.signal).signal;
    this.feed();
  }

  /** A sign of life. */
  feed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#late.abort(new Error("The stream fell silent")),
      this.#silenceMs,
    );
  }

  /** Aborts, and lets go of timer and parent. */
  close(): void {
    clearTimeout(this.#timer);
    this.#late.abort();
  }
}
