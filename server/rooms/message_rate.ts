/** Counts the messages of a room's last minute. */

const WINDOW_MS = 60_000;
const JOINING_MS = 10_000;

/**
 * Instants kept, at most. At the bound the oldest goes: the minute's count
 * stays far above what the surcharge counts (64 messages).
 */
const MAX_INSTANTS = 2048;

/** Instants of messages, oldest first. */
export class MessageRate {
  readonly #instants: number[] = [];

  /** A message at `now`, milliseconds, not earlier than any before. */
  record(now: number): void {
    this.#prune(now);
    if (this.#instants.length === MAX_INSTANTS) this.#instants.shift();
    this.#instants.push(now);
  }

  /** Messages of the last 60 seconds. */
  count(now: number): number {
    return this.#countBetween(now - WINDOW_MS, now);
  }

  /**
   * Messages that the surcharge counts: the lower of the counts now and 10 s
   * ago, so that those who join in the same seconds do not refuse each other.
   */
  surcharged(now: number): number {
    const before = now - JOINING_MS;
    const isCut = this.#instants.length === MAX_INSTANTS &&
      this.#instants[0]! > before - WINDOW_MS;
    return isCut ? this.count(now) : Math.min(
      this.count(now),
      this.#countBetween(before - WINDOW_MS, before),
    );
  }

  /** Whether nothing recorded counts any more. */
  isEmpty(now: number): boolean {
    this.#prune(now);
    return this.#instants.length === 0;
  }

  /** Instants in (after, upTo]. */
  #countBetween(after: number, upTo: number): number {
    let count = 0;
    for (const at of this.#instants) if (at > after && at <= upTo) count++;
    return count;
  }

  #prune(now: number): void {
    const oldest = now - WINDOW_MS - JOINING_MS;
    let gone = 0;
    while (gone < this.#instants.length && this.#instants[gone]! <= oldest) {
      gone++;
    }
    if (gone > 0) this.#instants.splice(0, gone);
  }
}
