/** The offer that goes with an announcement: to whoever answers it first. */

import type { Connection } from "./connection.ts";

/** An offer to everyone. */
export interface OpenOffer {
  /** Names it among this peer's. */
  readonly number: number;
  readonly connection: Connection;
  readonly description: Uint8Array;
}

/** An announcement does not wait longer for its offer. */
const PREPARING_MS = 300;

/** One is made ahead, one is open. */
export class OpenOffers {
  readonly #make: () => Promise<OpenOffer>;
  readonly #lifeMs: number;
  #prepared: Promise<OpenOffer | undefined> | undefined;
  #open: OpenOffer | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** An offer that nobody answers is open for `lifeMs`. */
  constructor(make: () => Promise<OpenOffer>, lifeMs: number) {
    this.#make = make;
    this.#lifeMs = lifeMs;
  }

  /** The one that is open. */
  get open(): OpenOffer | undefined {
    return this.#open;
  }

  /** Makes the next one, while there is time. */
  prepare(): void {
    this.#prepared ??= this.#make().catch(() => undefined);
  }

  /** The next one, open from now on unless there is none in time, or `signal` has been aborted. */
  async begin(signal: AbortSignal): Promise<OpenOffer | undefined> {
    const preparing = this.#prepared;
    this.#prepared = undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = await Promise.race([
      preparing,
      new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), PREPARING_MS);
      }),
    ]);
    clearTimeout(timer);
    if (open === undefined || signal.aborted) {
      preparing?.then((late) => late?.connection.close());
      return undefined;
    }
    this.take()?.connection.close();
    this.#timer = setTimeout(
      () => this.take()?.connection.close(),
      this.#lifeMs,
    );
    return this.#open = open;
  }

  /** Gives the open one away. */
  take(): OpenOffer | undefined {
    clearTimeout(this.#timer);
    const open = this.#open;
    this.#open = undefined;
    return open;
  }

  /** Ends both. */
  close(): void {
    this.take()?.connection.close();
    this.#prepared?.then((open) => open?.connection.close());
    this.#prepared = undefined;
  }
}
