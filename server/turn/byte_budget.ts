/** How many bytes may pass in a time: a bucket that fills at a rate, and holds a second's worth. */
export class ByteBudget {
  readonly #perMs: number;
  readonly #most: number;
  #level: number;
  #filledAt: number;

  constructor(
    { bytesPerSecond, now }: { bytesPerSecond: number; now: number },
  ) {
    this.#perMs = bytesPerSecond / 1000;
    this.#most = bytesPerSecond;
    this.#level = bytesPerSecond;
    this.#filledAt = now;
  }

  /** Whether so many bytes are left now. */
  has(bytes: number, now: number): boolean {
    const filled = this.#level + (now - this.#filledAt) * this.#perMs;
    this.#level = filled < this.#most ? filled : this.#most;
    this.#filledAt = now;
    return this.#level >= bytes;
  }

  take(bytes: number): void {
    this.#level -= bytes;
  }
}
