/** One open stream: what waits for it, and when it is given up. */

import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";
import type { StreamEnd, Traffic } from "./traffic.ts";

/** Where a stream's bytes go; a connection, to everybody but the listener. */
export interface Sink {
  /** Takes bytes in order. */
  write(bytes: Uint8Array): void;
  /** Bytes taken that have not left this process. */
  readonly unsentBytes: number;
  /** Called whenever all that was taken has left. */
  onDrain: () => void;
  /** Called once when the stream is over, whoever ended it. */
  onClose: () => void;
  /** Ends the stream after what was taken. */
  end(): void;
  /** Ends the connection at once. */
  destroy(): void;
}

/** While this many bytes are unsent, replay waits. */
const REPLAY_PACE_BYTES = 16 * 1024;

/**
 * What is sent live is coalesced into one write a turn and bounded; a replay
 * is paced by its reader. A reader at a bound is dropped: the others never wait
 * for it.
 */
export class Subscriber {
  /** Addresses are counted; this is the one that counts for this stream. */
  readonly addressBlock: string;
  readonly openedAt: number;
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #traffic: Traffic;
  readonly #scheduleFlush: (subscriber: Subscriber) => void;
  readonly #onClose: () => void;
  #replay: Uint8Array[] = [];
  #live: Uint8Array[] = [];
  #liveBytes = 0;
  /** Bytes handed to the connection, and how many had left when last looked at. */
  #written = 0;
  #taken = 0;
  #takenAt: number;
  #isOver = false;
  #ending: StreamEnd = "left";

  constructor(
    { sink, clock, traffic, addressBlock, scheduleFlush, onClose }: {
      sink: Sink;
      clock: Clock;
      traffic: Traffic;
      addressBlock: string;
      /** Sees to it that `flush` is called at the end of this turn. */
      scheduleFlush: (subscriber: Subscriber) => void;
      /** Called when the stream is over; maybe twice. */
      onClose: () => void;
    },
  ) {
    this.addressBlock = addressBlock;
    this.#sink = sink;
    this.#clock = clock;
    this.#traffic = traffic;
    this.#scheduleFlush = scheduleFlush;
    this.#onClose = onClose;
    this.openedAt = clock.now();
    this.#takenAt = this.openedAt;
    sink.onClose = onClose;
    sink.onDrain = () => this.flush();
  }

  /** Why the stream is over; to be asked once it is. */
  get ending(): StreamEnd {
    return this.#ending;
  }

  /** Sends events in order, before all that is sent later. */
  replay(events: Uint8Array[]): void {
    this.#replay.push(...events);
    this.#scheduleFlush(this);
  }

  /**
   * Sends an event. The subscriber is dropped when it has left too much unread;
   * what this turn of the loop brings it could not have read yet, and is bounded
   * apart.
   */
  send(event: Uint8Array): void {
    if (this.#isOver) return;
    const { subscriberQueueBytes, subscriberTurnBytes } = SERVER_LIMITS;
    if (
      this.#sink.unsentBytes > subscriberQueueBytes ||
      this.#liveBytes + event.length > subscriberTurnBytes
    ) {
      this.drop("queue-full");
      return;
    }
    this.#live.push(event);
    this.#liveBytes += event.length;
    if (this.#live.length === 1) this.#scheduleFlush(this);
  }

  /** Hands to the connection what it may have. */
  flush(): void {
    if (this.#isOver) return;
    while (
      this.#replay.length > 0 && this.#sink.unsentBytes < REPLAY_PACE_BYTES
    ) {
      this.#write(this.#replay.shift()!);
    }
    if (this.#replay.length > 0 || this.#live.length === 0) return;
    const events = this.#live;
    this.#write(
      events.length === 1 ? events[0]! : concat(events, this.#liveBytes),
    );
    this.#live = [];
    this.#liveBytes = 0;
  }

  /** Drops a reader that has taken nothing for too long. To be called about once a second. */
  dropIfStalled(): void {
    const now = this.#clock.now();
    const unsent = this.#sink.unsentBytes;
    const taken = this.#written - unsent;
    if (unsent === 0 || taken > this.#taken) this.#takenAt = now;
    this.#taken = taken;
    const stalledMs = now - this.#takenAt;
    const isReplaying = this.#replay.length > 0;
    const replayedMs = isReplaying ? now - this.openedAt : 0;
    if (
      stalledMs > SERVER_LIMITS.subscriberStallSeconds * 1000 ||
      replayedMs > SERVER_LIMITS.replaySeconds * 1000
    ) this.drop("stalled");
  }

  /** Ends the stream after a last event; a replay that is under way is cut. */
  end(farewell: Uint8Array, reason: StreamEnd = "closing"): void {
    this.flush();
    if (this.#isOver) return;
    this.#write(farewell);
    this.#isOver = true;
    this.#ending = reason;
    this.#sink.end();
  }

  /** Ends the connection at once; nothing that waits is sent. */
  drop(reason: StreamEnd): void {
    this.#isOver = true;
    this.#ending = reason;
    this.#replay = [];
    this.#live = [];
    this.#sink.destroy();
    this.#onClose();
  }

  #write(bytes: Uint8Array): void {
    this.#written += bytes.length;
    this.#traffic.sentBytes += bytes.length;
    this.#sink.write(bytes);
  }
}

function concat(parts: Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
