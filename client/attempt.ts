/** One attempt to connect to one peer: what it is, and until when it lasts. */

import type { Connection } from "./connection.ts";

/** Owns its connection until that is open. */
export class Attempt {
  readonly isOffer: boolean;
  readonly isRelayed: boolean;
  /** Named by the offering side. */
  readonly number: number;
  readonly #over = new AbortController();
  readonly over: AbortSignal = this.#over.signal;
  #timer: ReturnType<typeof setTimeout> | undefined;
  connection: Connection | undefined;
  /** When the other side was sent the offer, by `performance.now`. */
  offeredAtMs = Infinity;

  constructor(
    { isOffer, isRelayed, number }: {
      isOffer: boolean;
      isRelayed: boolean;
      number: number;
    },
  ) {
    this.isOffer = isOffer;
    this.isRelayed = isRelayed;
    this.number = number;
  }

  /** Has `expire` called unless the attempt is over by then. */
  limit(limitMs: number, expire: () => void): void {
    clearTimeout(this.#timer);
    if (!this.over.aborted) this.#timer = setTimeout(expire, limitMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#over.abort();
    this.connection?.close();
  }
}
