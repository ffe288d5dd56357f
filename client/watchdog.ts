/** Notices that a stream has died without saying so. */

/** Aborts when it is not fed in time, or when its parent does. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #silenceMs: number;
  readonly #parent: AbortSignal;
  readonly #abort = () => this.#controller.abort(this.#parent.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `parent` ends it early, with its own reason. */
  constructor(silenceMs: number, parent: AbortSignal) {
    this.#silenceMs = silenceMs;
    this.#parent = parent;
    parent.addEventListener("abort", this.#abort);
    if (parent.aborted) this.#abort();
    this.feed();
  }

  /** Aborted when time is up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A sign of life. */
  feed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#controller.abort(new Error("The stream fell silent")),
      this.#silenceMs,
    );
  }

  /** Aborts, and lets go of timer and parent. */
  close(): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener("abort", this.#abort);
    this.#controller.abort();
  }
}
