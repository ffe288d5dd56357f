/** One open stream: what waits for it, and when it is given up. */

import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";
import type { Room } from "./room.ts";
import type { StreamEnd, Traffic } from "./traffic.ts";

/** Where a stream's bytes go; a connection, to everybody but the listener. */
export interface Sink {
  /** Takes bytes in order; `left` is called when they have left this process. */
  write(bytes: Uint8Array, left?: () => void): void;
  /** Bytes taken that have not left this process. */
  readonly unsentBytes: number;
  /** Called when the stream is over, whoever ended it. */
  onClose: (() => void) | undefined;
  /** Ends the stream after what was taken. */
  end(): void;
  /** Ends the connection at once. */
  destroy(): void;
}

/** What all subscribers of a node share. */
export interface SubscriberHost {
  readonly clock: Clock;
  readonly traffic: Traffic;
  /** Sees to it that `flush` is called at the end of this turn. */
  scheduleFlush(subscriber: Subscriber): void;
  /** Told when a stream is over; maybe twice. */
  noteClosed(subscriber: Subscriber): void;
}

/** While this many bytes are unsent, replay waits. */
const REPLAY_PACE_BYTES = 16 * 1024;
/** Most streams wait for nothing most of the time: they share it. */
const NOTHING: Uint8Array[] = [];

/**
 * What is sent live is coalesced into one write a turn and bounded; a replay
 * is paced by its reader. A reader at a bound is dropped: the others never wait
 * for it.
 */
export class Subscriber {
  readonly room: Room;
  /** Addresses are counted; this is the one that counts for this stream. */
  readonly addressBlock: string;
  readonly openedAt: number;
  readonly #host: SubscriberHost;
  readonly #sink: Sink;
  #replay = NOTHING;
  #live = NOTHING;
  #liveBytes = 0;
  /** Bytes handed to the connection, and how many had left when last looked at. */
  #written = 0;
  #taken = 0;
  #takenAt: number;
  #isOver = false;
  #ending: StreamEnd = "left";

  constructor(
    host: SubscriberHost,
    { room, sink, addressBlock }: {
      room: Room;
      sink: Sink;
      addressBlock: string;
    },
  ) {
    this.room = room;
    this.addressBlock = addressBlock;
    this.#host = host;
    this.#sink = sink;
    this.openedAt = host.clock.now();
    this.#takenAt = this.openedAt;
    sink.onClose = () => host.noteClosed(this);
  }

  /** Why the stream is over; to be asked once it is. */
  get ending(): StreamEnd {
    return this.#ending;
  }

  /** Sends events in order, before all that is sent later. */
  replay(events: Uint8Array[]): void {
    this.#replay = events;
    this.#host.scheduleFlush(this);
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
    this.#liveBytes += event.length;
    if (this.#live.length > 0) {
      this.#live.push(event);
    } else {
      this.#live = [event];
      this.#host.scheduleFlush(this);
    }
  }

  /** Hands to the connection what it may have. */
  flush(): void {
    if (this.#isOver) return;
    this.#sendReplay();
    if (this.#replay.length > 0 || this.#live.length === 0) return;
    this.#write(concat(this.#live, this.#liveBytes));
    this.#live = NOTHING;
    this.#liveBytes = 0;
  }

  /** As much as is in pace, in one write; the rest when that has left, or at a tick. */
  #sendReplay(): void {
    let length = 0;
    let count = 0;
    const paceBytes = REPLAY_PACE_BYTES - this.#sink.unsentBytes;
    while (count < this.#replay.length && length < paceBytes) {
      length += this.#replay[count++]!.length;
    }
    if (count === 0) return;
    const events = this.#replay.splice(0, count);
    const isMore = this.#replay.length > 0;
    this.#write(
      concat(events, length),
      isMore ? () => this.flush() : undefined,
    );
  }

  /** Drops a reader that has taken nothing for too long. To be called about once a second. */
  dropIfStalled(now: number): void {
    if (this.#replay.length > 0) this.flush();
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
    this.#replay = NOTHING;
    this.#live = NOTHING;
    this.#sink.destroy();
    this.#host.noteClosed(this);
  }

  #write(bytes: Uint8Array, left?: () => void): void {
    this.#written += bytes.length;
    this.#host.traffic.sentBytes += bytes.length;
    this.#sink.write(bytes, left);
  }
}

/** One part alone is not copied: all readers share its bytes. */
function concat(parts: Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
