/** What is to be done at which second. One timer serves all, and a tick costs what it does. */

/** Gives items out once they are due, within a second, those of earlier seconds first. */
export class DueQueue<Item> {
  readonly #bySecond = new Map<number, Item[]>();
  #second: number;

  /** Nothing is due before `nowMs`. */
  constructor(nowMs: number) {
    this.#second = Math.floor(nowMs / 1000);
  }

  /** What should have been done already is due at once. */
  add(item: Item, dueAtMs: number): void {
    const second = Math.max(Math.ceil(dueAtMs / 1000), this.#second);
    const items = this.#bySecond.get(second);
    if (items === undefined) this.#bySecond.set(second, [item]);
    else items.push(item);
  }

  /** The next item that is due, or undefined. */
  take(nowMs: number): Item | undefined {
    const now = Math.floor(nowMs / 1000);
    while (true) {
      const item = this.#bySecond.get(this.#second)?.pop();
      if (item !== undefined || this.#second >= now) return item;
      this.#bySecond.delete(this.#second);
      this.#second++;
    }
  }
}
