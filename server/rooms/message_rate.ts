/** Counts the messages of a room's last minute. */

const WINDOW_MS = 60_000;
const JOINING_MS = 10_000;

/**
 * Entries beyond which messages of one tenth of a second share an entry: some
 * 1,700 at most, exact as long as precision matters (the surcharge counts 64).
 */
const EXACT_ENTRIES = 1024;
const COARSE_MS = 100;

/** How many messages came when: a running total, so that counting is a search and not a walk. */
export class MessageRate {
  /** Oldest first; `total` counts all messages up to and at `at`. */
  readonly #entries: { readonly at: number; total: number }[] = [];
  /** Messages that are in no entry any more. */
  #forgotten = 0;

  /** A message at `now`, milliseconds. */
  record(now: number): void {
    this.#prune(now);
    const last = this.#entries.at(-1);
    const isDense = this.#entries.length >= EXACT_ENTRIES;
    if (last !== undefined && isDense && now - last.at < COARSE_MS) {
      last.total++;
    } else {
      this.#entries.push({ at: now, total: this.#totalAt(Infinity) + 1 });
    }
  }

  /** Messages of the last 60 seconds. */
  count(now: number): number {
    return this.#totalAt(now) - this.#totalAt(now - WINDOW_MS);
  }

  /**
   * Messages that the surcharge counts: the lower of the counts now and 10 s
   * ago, so that those who join in the same seconds do not refuse each other.
   */
  surcharged(now: number): number {
    return Math.min(this.count(now), this.count(now - JOINING_MS));
  }

  /** Whether nothing recorded counts any more. */
  isEmpty(now: number): boolean {
    this.#prune(now);
    return this.#entries.length === 0;
  }

  /** Messages up to and at a moment, those forgotten included. */
  #totalAt(at: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.at <= at) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? this.#forgotten : this.#entries[low - 1]!.total;
  }

  #prune(now: number): void {
    const oldest = now - WINDOW_MS - JOINING_MS;
    const [first] = this.#entries;
    if (first === undefined || first.at > oldest) return;
    this.#forgotten = this.#totalAt(oldest);
    const gone = this.#entries.findIndex(({ at }) => at > oldest);
    this.#entries.splice(0, gone < 0 ? this.#entries.length : gone);
  }
}
