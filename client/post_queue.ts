/** Posts, mined one after the other, so that they arrive in order. */

import { unlessAborted } from "./signals.ts";

/** Posts that wait for their turn to be mined. */
const MAX_WAITING = 64;

/** Runs one task at a time. */
export class PostQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /**
   * Runs a task when those before it have ended, and rejects with the signal's
   * reason as soon as that is aborted. Throws RangeError when 64 are waiting.
   */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#waiting >= MAX_WAITING) {
      throw new RangeError(
        `${MAX_WAITING} posts are waiting: await earlier ones first`,
      );
    }
    this.#waiting++;
    const turn = this.#last.then(() => {
      signal.throwIfAborted();
      return task();
    }).finally(() => this.#waiting--);
    this.#last = turn.catch(() => {});
    return await unlessAborted(turn, signal);
  }
}
