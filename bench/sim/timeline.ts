/** Simulated time: what happens when, in order, as fast as it can be computed. */

import type { Clock } from "../../server/clock.ts";
import { FakeClock } from "../../server/testing/fake_clock.ts";

type Happening = () => void | Promise<void>;

interface Event {
  readonly at: number;
  /** Events of the same moment happen in the order they were planned. */
  readonly order: number;
  readonly run: Happening;
}

/** A clock and a heap of events. */
export class Timeline {
  readonly #clock = new FakeClock();
  readonly #startedAt = this.#clock.now();
  readonly #heap: Event[] = [];
  #planned = 0;

  /** What a simulated node tells the time by. */
  get clock(): Clock {
    return this.#clock;
  }

  /** Milliseconds since the start. */
  get nowMs(): number {
    return this.#clock.now() - this.#startedAt;
  }

  /** Plans something for so many milliseconds from now. */
  after(delayMs: number, run: Happening): void {
    const at = this.nowMs + Math.max(0, delayMs);
    this.#push({ at, order: this.#planned++, run });
  }

  /** Lets time run to a moment, milliseconds since the start. */
  async runTo(endMs: number): Promise<void> {
    while (this.#heap.length > 0 && this.#heap[0]!.at <= endMs) {
      const { at, run } = this.#pop();
      this.#advanceTo(at);
      await run();
    }
    this.#advanceTo(endMs);
  }

  #advanceTo(ms: number): void {
    const missing = ms - this.nowMs;
    if (missing > 0) this.#clock.advance(missing);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, event)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Event {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(event: Event): void {
    const heap = this.#heap;
    let at = 0;
    while (true) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right]!, heap[child]!)) {
        child = right;
      }
      if (isBefore(event, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = event;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
