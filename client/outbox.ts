/** Signals on their way to the room: those that wait for one post share the next. */

import { MAX_SIGNAL_BYTES } from "./envelope.ts";
import { encodeSignals, type Signal } from "./signal.ts";

/** Signals that may wait; in a room of hundreds somebody is to slow down. */
const MAX_WAITING = 256;

interface Waiting<T> {
  readonly signal: Signal;
  readonly giveUp: AbortSignal | undefined;
  readonly resolve: (posted: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** Posts signals, one post at a time, since each is paid for. */
export class Outbox<T> {
  readonly #post: (text: string) => Promise<T>;
  readonly #seal: (signals: readonly Signal[]) => Promise<string>;
  #waiting: Waiting<T>[] = [];
  #isPosting = false;

  /** `seal` makes signals a text; `post` pays for it and resolves when a node has it. */
  constructor({ post, seal }: {
    readonly post: (text: string) => Promise<T>;
    readonly seal: (signals: readonly Signal[]) => Promise<string>;
  }) {
    this.#post = post;
    this.#seal = seal;
  }

  /**
   * Sends a signal: at once when nothing is under way, else with all others
   * that wait. Resolves with the receipt of its post and rejects as that does;
   * with the reason of `options.signal` if that fires before its post begins;
   * and with RangeError when 256 wait.
   */
  send(
    signal: Signal,
    { signal: giveUp }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#dropAborted();
      if (this.#waiting.length === MAX_WAITING) {
        throw new RangeError(`${MAX_WAITING} signals wait: send fewer`);
      }
      this.#waiting.push({ signal, giveUp, resolve, reject });
      if (!this.#isPosting) this.#postWaiting();
    });
  }

  #dropAborted(): void {
    this.#waiting = this.#waiting.filter(({ giveUp, reject }) => {
      if (giveUp?.aborted) reject(giveUp.reason);
      return !giveUp?.aborted;
    });
  }

  async #postWaiting(): Promise<void> {
    this.#isPosting = true;
    while (this.#dropAborted(), this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      try {
        const text = await this.#seal(batch.map(({ signal }) => signal));
        const posted = await this.#post(text);
        for (const { resolve } of batch) resolve(posted);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isPosting = false;
  }

  /** As many as one post has room for, in their order; one, if it is too long by itself. */
  #takeBatch(): Waiting<T>[] {
    let left = MAX_SIGNAL_BYTES;
    const end = this.#waiting.findIndex(({ signal }, i) =>
      (left -= encodeSignals([signal]).length) < 0 && i > 0
    );
    return this.#waiting.splice(0, end < 0 ? MAX_WAITING : end);
  }
}
