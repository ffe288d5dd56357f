/** So many at once; others wait, not too many and not too long. */

/** Lets work in, in the order in which it came. */
export class Turnstile {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #waitMs: number;
  readonly #waiting = new Set<() => void>();
  #inside = 0;

  constructor({ most, mostWaiting, waitMs }: {
    most: number;
    mostWaiting: number;
    waitMs: number;
  }) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
    this.#waitMs = waitMs;
  }

  /** Whether who comes now is sent away. */
  get isFull(): boolean {
    return this.#inside >= this.#most &&
      this.#waiting.size >= this.#mostWaiting;
  }

  /** What the work resolves with; undefined when it had no turn. */
  async pass<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (!await this.#enter()) return undefined;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #enter(): Promise<boolean> | boolean {
    if (this.#inside < this.#most) {
      this.#inside++;
      return true;
    }
    if (this.isFull) return false;
    return new Promise((resolve) => {
      const admit = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(admit);
        resolve(false);
      }, this.#waitMs);
      this.#waiting.add(admit);
    });
  }

  /** The place goes to who has waited longest. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) return void this.#inside--;
    this.#waiting.delete(next);
    next();
  }
}
