/**
 * Answers to those who ask for too much are given late: a client that waits for
 * each answer, as most floods do, is slowed down to what the node can bear, at
 * the cost of nothing but a place in this queue.
 */

import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";

interface HeldAnswer {
  readonly dueAt: number;
  readonly send: () => void;
}

const TICK_MS = 100;
const HELD_MS = SERVER_LIMITS.heldSeconds * 1000;

/** First in, first out. */
export class HeldAnswers {
  readonly #clock: Clock;
  #queue: HeldAnswer[] = [];
  #stop = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#queue.length;
  }

  /** Whether no further answer can be held. */
  get isFull(): boolean {
    return this.size >= SERVER_LIMITS.heldAnswers;
  }

  start(): void {
    this.#stop = this.#clock.every(TICK_MS, () => this.#sendDue());
  }

  /** Sends all that waits. */
  close(): void {
    this.#stop();
    for (const { send } of this.#queue) send();
    this.#queue = [];
  }

  /** Sends an answer later. The caller has asked whether it is full. */
  hold(send: () => void): void {
    this.#queue.push({ dueAt: this.#clock.now() + HELD_MS, send });
  }

  #sendDue(): void {
    const now = this.#clock.now();
    const waiting = this.#queue.findIndex(({ dueAt }) => dueAt > now);
    const due = this.#queue.splice(
      0,
      waiting < 0 ? this.#queue.length : waiting,
    );
    for (const { send } of due) send();
  }
}
