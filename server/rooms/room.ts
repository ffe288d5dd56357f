/** One room on this node: who listens, what was said, when its quote is due. */

import { EVENTS, LIMITS, type Quote, type RoomHash } from "@sigmesh/core/wire";
import { History, type Message } from "./history.ts";
import { MessageRate } from "./message_rate.ts";
import { encodeEvent } from "./sse.ts";
import type { Subscriber } from "./subscriber.ts";

/** A tick earlier than promised, since the registry looks once a second. */
const HEARTBEAT_MS = (LIMITS.heartbeatSeconds - 1) * 1000;
const EARLY_QUOTE_MS = 5000;
/** Rooms drift apart by this, so that their quotes do not fall into one turn. */
const JITTER_MS = 2000;
const PRICE_MOVE_BITS = 0.25;
/** A post is relayed for as long as it is held. */
const ACTIVE_MS = LIMITS.historySeconds * 1000;

/** Holds no timer; the registry ticks. */
export class Room {
  readonly hash: RoomHash;
  readonly subscribers = new Set<Subscriber>();
  readonly history = new History();
  readonly rate = new MessageRate();
  /** When it was last posted to on this node. */
  postedAt = -Infinity;
  /** Whether the rest of the mesh has been told that it is active here. */
  isAnnounced = false;
  #quotedHeight = 0;
  #quoteDue = 0;
  #earlyQuoteDue = 0;

  constructor(hash: RoomHash) {
    this.hash = hash;
  }

  /** Hands a message to every subscriber and keeps it. */
  deliver(message: Message): void {
    this.rate.record(message.at);
    this.history.add(message);
    this.#broadcast(message.event);
  }

  /** Sends the present quote to all if it is due, or moved and may come early. */
  quoteIfDue(
    quote: () => Quote,
    { now, mayBeEarly, random }: {
      now: number;
      mayBeEarly: boolean;
      random: () => number;
    },
  ): void {
    const isDue = now >= this.#quoteDue;
    if (!isDue && !(mayBeEarly && now >= this.#earlyQuoteDue)) return;
    const present = quote();
    const moved = Math.abs(present.height - this.#quotedHeight);
    if (!isDue && moved < PRICE_MOVE_BITS) return;
    this.#broadcast(encodeEvent(EVENTS.quote, present));
    this.noteQuoted(present, { now, random });
  }

  /** Counts the time to the next quote from now. */
  noteQuoted(
    quote: Quote,
    { now, random }: { now: number; random: () => number },
  ): void {
    const jitter = random() * JITTER_MS;
    this.#quotedHeight = quote.height;
    this.#quoteDue = now + HEARTBEAT_MS - jitter;
    this.#earlyQuoteDue = now + EARLY_QUOTE_MS + jitter;
  }

  /** Whether the mesh must bring this room's messages here, and take those from here. */
  isActive(now: number): boolean {
    return this.subscribers.size > 0 || now - this.postedAt <= ACTIVE_MS;
  }

  /** Whether nobody listens and nothing is remembered. */
  isIdle(now: number): boolean {
    return this.subscribers.size === 0 && this.history.size === 0 &&
      this.rate.isEmpty(now);
  }

  #broadcast(event: Uint8Array): void {
    for (const subscriber of this.subscribers) subscriber.send(event);
  }
}
