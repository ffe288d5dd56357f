/**
 * How the main thread's time divides into paid and unpaid work. Only paid work
 * may raise the price; but the thread's clock knows nothing of requests, and
 * reading it for each would cost more than some of them. So what is done is
 * counted, each kind with its typical cost, and time is divided by that.
 */

/** Typical costs in microseconds of the main thread; only their ratios matter. */
export const EFFORT_US = {
  /** Accepting a connection and ending it. */
  connection: 80,
  /** Reading a request and answering it. */
  request: 100,
  /** Encrypting it all: a handshake of TLS. */
  handshake: 800,
  /** Checking a stamp's work. */
  stamp: 15,
  /** Reading a message of another node and checking it. */
  relayed: 40,
  /** Handing an event to one subscriber. */
  event: 10,
} as const;

/** A node's own upkeep, so that a few requests to an idle node do not count as all of its load. */
const UPKEEP_US_PER_SECOND = 2000;

/** Counts, between two readings of the thread's clock. */
export class Effort {
  #paid = 0;
  #unpaid = 0;

  /** Adds work that somebody paid for, or that keeps streams going. */
  addPaid(microseconds: number): void {
    this.#paid += microseconds;
  }

  /** Adds work that nobody paid for. */
  addUnpaid(microseconds: number): void {
    this.#unpaid += microseconds;
  }

  /** Share of unpaid work since the last call, which was `seconds` ago. */
  takeUnpaidShare(seconds: number): number {
    const paid = this.#paid + UPKEEP_US_PER_SECOND * seconds;
    const unpaid = this.#unpaid;
    this.#paid = 0;
    this.#unpaid = 0;
    return unpaid / (paid + unpaid);
  }
}
