/**
 * Answers to those who ask for too much are given late: a client that waits for
 * each answer, as most floods do, is slowed down to what the node can bear, at
 * the cost of nothing but a place in this queue. Where it was all clients
 * together who asked for too much, those who wait are served after all when
 * there is room.
 */

import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";

/** What becomes of a request that waits. */
export interface HeldAnswer {
  /** Answers as it was refused. */
  readonly send: () => void;
  /** Serves it if it can be served now; false when not. */
  readonly serve?: (() => boolean) | undefined;
}

interface Waiting extends HeldAnswer {
  readonly dueAt: number;
}

const TICK_MS = 100;
const HELD_MS = SERVER_LIMITS.heldSeconds * 1000;

/** First in, first out. */
export class HeldAnswers {
  readonly #clock: Clock;
  #queue: Waiting[] = [];
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
    this.#stop = this.#clock.every(TICK_MS, () => this.#tick());
  }

  /** Sends all that waits. */
  close(): void {
    this.#stop();
    for (const { send } of this.#queue) send();
    this.#queue = [];
  }

  /** Sends an answer later. The caller has asked whether it is full. */
  hold(answer: HeldAnswer): void {
    this.#queue.push({ ...answer, dueAt: this.#clock.now() + HELD_MS });
  }

  /** Those who wait longest are served until one cannot be; who has waited long enough is tried in any case. */
  #tick(): void {
    const now = this.#clock.now();
    let hasRoom = true;
    this.#queue = this.#queue.filter(({ dueAt, serve, send }) => {
      const isDue = dueAt <= now;
      if (serve !== undefined && (hasRoom || isDue)) {
        if (serve()) return false;
        hasRoom = false;
      }
      if (isDue) send();
      return !isDue;
    });
  }
}
