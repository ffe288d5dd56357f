/** What was heard of a room, so that nothing is lost or doubled between streams. */

import { LIMITS } from "@sigmesh/core/wire";

/** Ids remembered to drop duplicates; beyond, the oldest goes. */
const MAX_SEEN = 4096;

/** Spans all streams of a channel, whatever their nodes. */
export class Replay {
  readonly #seen = new Set<string>();
  readonly #sinceSeconds: number;
  readonly #now: () => number;
  #lastId: string | undefined;
  #heardAt: number | undefined;

  /** Begins with the messages of the last so many seconds. */
  constructor(
    { sinceSeconds, now }: { sinceSeconds: number; now: () => number },
  ) {
    this.#sinceSeconds = sinceSeconds;
    this.#now = now;
  }

  /** A stream gave a sign of life: what came before has arrived. */
  hear(): void {
    this.#heardAt = this.#now();
  }

  /** Whether a message is new. */
  accept(id: string): boolean {
    this.hear();
    this.#lastId = id;
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    if (this.#seen.size > MAX_SEEN) {
      this.#seen.delete(this.#seen.values().next().value!);
    }
    return true;
  }

  /** Asks the next stream for what was missed, or for what was wanted at first. */
  query(): Record<string, string> {
    if (this.#lastId !== undefined) return { last_event_id: this.#lastId };
    const missed = this.#heardAt === undefined
      ? this.#sinceSeconds
      : Math.ceil((this.#now() - this.#heardAt) / 1000) + 1;
    return missed > 0
      ? { since: `${Math.min(missed, LIMITS.historySeconds)}` }
      : {};
  }
}
