/** Counts the messages of a room's last minute. */

const WINDOW_MS = 60_000;
const JOINING_MS = 10_000;

/**
 * Entries beyond which messages of one tenth of a second share an entry: some
 * 1,700 at most, exact as long as precision matters (the surcharge counts 64).
 */
const EXACT_ENTRIES = 1024;
const COARSE_MS = 100;

/** How many messages came when, oldest first. */
export class MessageRate {
  readonly #entries: { readonly at: number; count: number }[] = [];

  /** A message at `now`, milliseconds. */
  record(now: number): void {
    this.#prune(now);
    const last = this.#entries.at(-1);
    const isDense = this.#entries.length >= EXACT_ENTRIES;
    if (last !== undefined && isDense && now - last.at < COARSE_MS) {
      last.count++;
    } else {
      this.#entries.push({ at: now, count: 1 });
    }
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
    return Math.min(
      this.count(now),
      this.#countBetween(before - WINDOW_MS, before),
    );
  }

  /** Whether nothing recorded counts any more. */
  isEmpty(now: number): boolean {
    this.#prune(now);
    return this.#entries.length === 0;
  }

  /** Messages in (after, upTo]. */
  #countBetween(after: number, upTo: number): number {
    let total = 0;
    for (const { at, count } of this.#entries) {
      if (at > after && at <= upTo) total += count;
    }
    return total;
  }

  #prune(now: number): void {
    const oldest = now - WINDOW_MS - JOINING_MS;
    const gone = this.#entries.findIndex(({ at }) => at > oldest);
    this.#entries.splice(0, gone < 0 ? this.#entries.length : gone);
  }
}
