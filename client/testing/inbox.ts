/** What came, for tests that wait for the next. */

/** A queue that may be read before there is anything in it. */
export class Inbox<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  /** Those that nobody has read. */
  get unread(): readonly T[] {
    return this.#items;
  }

  push(item: T): void {
    const resolve = this.#waiting.shift();
    if (resolve === undefined) this.#items.push(item);
    else resolve(item);
  }

  next(): Promise<T> {
    return this.#items.length > 0
      ? Promise.resolve(this.#items.shift()!)
      : new Promise((resolve) => this.#waiting.push(resolve));
  }
}
