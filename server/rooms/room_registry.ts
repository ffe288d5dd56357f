/** All rooms of this node, their bounds and their clockwork. */

import { EVENTS, type Quote, type RoomHash } from "@sigmesh/core/wire";
import { type PricedRequest, WEIGHTS } from "@sigmesh/core";
import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";
import { type Effort, EFFORT_US } from "../load/effort.ts";
import type { Price } from "../load/load_sampler.ts";
import { HeldHistory } from "./held_history.ts";
import type { Message, Proof, ReplayRequest } from "./history.ts";
import { Room } from "./room.ts";
import { encodeEvent, encodeMessage, encodeRetry } from "./sse.ts";
import { type Sink, Subscriber, type SubscriberHost } from "./subscriber.ts";
import { Traffic } from "./traffic.ts";

const TICK_MS = 1000;
/** Above this load the price is not told before its time. */
const QUIET_LOAD = 0.9;
/** Told to a stream when it opens, as its time to reconnect. */
const RETRY_MS = 2000;
/** Above this share of the slots a new stream must be paid for, … */
const FREE_SHARE = 0.8;
/** … and costs twice as much with each further such share that is taken. */
const DOUBLING_SHARE = 0.05;
/**
 * A stream as old as this gives way to a new one of its address when that has
 * as many as it may. A client that is still there comes back and loses nothing;
 * one that vanished would hold its slot until TCP gives up.
 */
const SETTLED_MS = 60_000;

/**
 * Streams end a few at a time: clients go elsewhere at once, and those of a full
 * node together would be a flood to the nodes that they go to.
 */
const CLOSING_TICK_MS = 50;
const CLOSED_PER_MS = 4;
/** All within that, however many: who stops a node waits for it. */
const CLOSING_MS = 2000;

/** Why a room takes nothing more. */
export type RoomRefusal =
  | "too-many-rooms"
  | "too-many-subscribers"
  | "too-many-subscribers-per-address"
  | "shutting-down";

/** How many streams a node serves. */
export interface SubscriberLimits {
  readonly maxSubscribers: number;
  readonly maxSubscribersPerAddress: number;
}

/** A message as it is taken. */
export interface Incoming {
  readonly id: string;
  readonly body: Uint8Array;
  readonly proof: Proof;
}

/** The rest of the mesh, as rooms see it. */
export interface RoomObserver {
  /** Somebody listens or has just posted here. */
  activated(room: RoomHash): void;
  /** Nobody listens any more, and the last post here is a minute old. */
  deactivated(room: RoomHash): void;
  posted(room: RoomHash, message: Message): void;
}

/** Owns rooms and their subscribers; a room exists while it is active. */
export class RoomRegistry {
  /** Running totals of all streams. */
  readonly traffic = new Traffic();
  readonly #clock: Clock;
  readonly #price: Price;
  readonly #quote: (request: PricedRequest) => Quote;
  readonly #limits: SubscriberLimits;
  readonly #effort: Effort;
  readonly #random: () => number;
  readonly #host: SubscriberHost;
  readonly #rooms = new Map<RoomHash, Room>();
  readonly #history = new HeldHistory();
  /** The oldest first. */
  readonly #subscribersByBlock = new Map<string, Set<Subscriber>>();
  #subscribers = 0;
  #observer: RoomObserver | undefined;
  #flushing = new Set<Subscriber>();
  #isClosing = false;
  #stop = () => {};

  constructor({ clock, price, quote, limits, effort, random }: {
    clock: Clock;
    price: Price;
    quote: (request: PricedRequest) => Quote;
    limits: SubscriberLimits;
    effort: Effort;
    random: () => number;
  }) {
    this.#clock = clock;
    this.#price = price;
    this.#quote = quote;
    this.#limits = limits;
    this.#effort = effort;
    this.#random = random;
    this.#host = {
      clock,
      traffic: this.traffic,
      scheduleFlush: (subscriber) => this.#scheduleFlush(subscriber),
      noteClosed: (subscriber) => this.#unsubscribe(subscriber),
    };
  }

  /** Active rooms. */
  get size(): number {
    return this.#rooms.size;
  }

  /** Open streams. */
  get subscribers(): number {
    return this.#subscribers;
  }

  /** What a new stream costs relative to a post: 0 while slots are plenty, up to 16. */
  get streamWeight(): number {
    const share = this.#subscribers / this.#limits.maxSubscribers;
    return share < FREE_SHARE
      ? 0
      : 2 ** ((share - FREE_SHARE) / DOUBLING_SHARE);
  }

  /** What all histories hold. */
  get held(): { messages: number; bytes: number } {
    const { messages, bytes } = this.#history;
    return { messages, bytes };
  }

  /** Messages that gave way at a bound before their time, so far. */
  get lostMessages(): number {
    return this.#history.lost;
  }

  /** Tells somebody what other nodes need to know. */
  observe(observer: RoomObserver): void {
    this.#observer = observer;
  }

  start(): void {
    this.#stop = this.#clock.every(TICK_MS, () => this.#tick());
  }

  /**
   * Takes no further streams or posts and ends those streams that are open, a few
   * at a time, within 2 s; clients are told. Resolves when all are.
   */
  close(): Promise<void> {
    this.#isClosing = true;
    const open = [...this.#rooms.values()].flatMap((room) => [
      ...room.subscribers,
    ]);
    const startedAt = this.#clock.now();
    const perMs = Math.max(CLOSED_PER_MS, open.length / CLOSING_MS);
    let ended = 0;
    return new Promise((resolve) => {
      const endSome = () => {
        const elapsedMs = this.#clock.now() - startedAt + CLOSING_TICK_MS;
        const due = open.slice(ended, Math.ceil(elapsedMs * perMs));
        for (const subscriber of due) this.#end(subscriber);
        ended += due.length;
        if (ended < open.length) return;
        stop();
        this.#stop();
        resolve();
      };
      const stop = this.#clock.every(CLOSING_TICK_MS, endSome);
      endSome();
    });
  }

  /** Unless it has left meanwhile. */
  #end(subscriber: Subscriber): void {
    if (!subscriber.room.subscribers.has(subscriber)) return;
    const retryMs = Math.round(1000 + this.#random() * 4000);
    subscriber.end(encodeEvent(EVENTS.closing, {}, { retryMs }));
  }

  /** What there is to know of a room; zeros when it is not active. */
  factsOf(hash: RoomHash): { subscribers: number; messages: number } {
    const room = this.#rooms.get(hash);
    return {
      subscribers: room?.subscribers.size ?? 0,
      messages: room?.rate.count(this.#clock.now()) ?? 0,
    };
  }

  /** What a post to this room is priced by. */
  pricedPost(hash: RoomHash): PricedRequest {
    const room = this.#rooms.get(hash);
    return {
      weight: WEIGHTS.room,
      messages: room?.rate.surcharged(this.#clock.now()) ?? 0,
      subscribers: room?.subscribers.size ?? 0,
    };
  }

  /** Why a post could not be taken; to be asked before its stamp is spent. */
  refusalOfPost(hash: RoomHash): RoomRefusal | undefined {
    if (this.#isClosing) return "shutting-down";
    const isFull = this.#rooms.size >= SERVER_LIMITS.rooms;
    return isFull && !this.#rooms.has(hash) ? "too-many-rooms" : undefined;
  }

  /** Delivers an admitted post; returns how many subscribers it was handed to. */
  post(
    hash: RoomHash,
    { stamp, origin, ...post }: Omit<Incoming, "proof"> & {
      /** What it was paid with, and where. */
      stamp: string;
      origin: string;
    },
  ): number {
    const room = this.#roomOf(hash);
    const proof = { stamp, origin, signature: undefined, isLocal: true };
    const message = this.#deliver(room, { ...post, proof });
    room.postedAt = message.at;
    this.#announce(room);
    this.#observer?.posted(hash, message);
    return room.subscribers.size;
  }

  /** Delivers a message of another node. */
  deliver(hash: RoomHash, incoming: Incoming): void {
    this.#deliver(this.#roomOf(hash), incoming);
  }

  /** What a room was told in the last 60 s. */
  recent(hash: RoomHash): readonly Message[] {
    return this.#rooms.get(hash)?.history.recent(this.#clock.now()) ?? [];
  }

  #deliver(room: Room, { id, body, proof }: Incoming): Message {
    const at = this.#clock.now();
    const message = { id, at, event: encodeMessage(id, body), proof };
    this.#history.add(room, () => room.deliver(message));
    this.traffic.delivered += room.subscribers.size;
    return message;
  }

  /** Why a stream would be refused. */
  refusalOfStream(hash: RoomHash, block: string): RoomRefusal | undefined {
    const { maxSubscribers, maxSubscribersPerAddress } = this.#limits;
    if (this.#subscribers >= maxSubscribers) return "too-many-subscribers";
    const ofBlock = this.#subscribersByBlock.get(block);
    if (ofBlock !== undefined && ofBlock.size >= maxSubscribersPerAddress) {
      const [oldest] = ofBlock;
      const ageMs = this.#clock.now() - oldest!.openedAt;
      if (ageMs < SETTLED_MS) return "too-many-subscribers-per-address";
    }
    return this.refusalOfPost(hash);
  }

  /** Counts a stream that was refused. */
  countRefused(reason: RoomRefusal): void {
    this.traffic.refused[reason]++;
  }

  /**
   * Opens a stream on a room: `retry` and a quote, what was asked to be told
   * again, then messages as they come. The caller has just asked
   * `refusalOfStream`. Returns the bytes of what is told again.
   */
  subscribe(hash: RoomHash, { sink, addressBlock, replay }: {
    sink: Sink;
    addressBlock: string;
    replay: ReplayRequest | undefined;
  }): number {
    const room = this.#roomOf(hash);
    const subscriber = new Subscriber(this.#host, { room, sink, addressBlock });
    room.subscribers.add(subscriber);
    this.#subscribers++;
    this.traffic.opened++;
    this.#addToBlock(subscriber);
    this.#announce(room);
    const events = this.#opening(room, replay);
    const replayedBytes = events.slice(1) // the quote
      .reduce((bytes, { length }) => bytes + length, 0);
    subscriber.replay(events);
    return replayedBytes;
  }

  #opening(room: Room, request: ReplayRequest | undefined): Uint8Array[] {
    const now = this.#clock.now();
    const quote = this.#quote(this.pricedPost(room.hash));
    if (room.subscribers.size === 1) {
      room.noteQuoted(quote, { now, random: this.#random });
    }
    const events = [encodeEvent(EVENTS.quote, quote, { retryMs: RETRY_MS })];
    if (request === undefined) return events;
    const { messages, isComplete } = room.history.replay(request, now);
    events.push(...messages.map((message) => message.event));
    if (!isComplete) events.push(encodeEvent(EVENTS.resync, {}));
    return events;
  }

  #unsubscribe(subscriber: Subscriber): void {
    const { room } = subscriber;
    if (!room.subscribers.delete(subscriber)) return;
    this.#subscribers--;
    this.traffic.ended[subscriber.ending]++;
    const ofBlock = this.#subscribersByBlock.get(subscriber.addressBlock);
    ofBlock?.delete(subscriber);
    if (ofBlock?.size === 0) {
      this.#subscribersByBlock.delete(subscriber.addressBlock);
    }
    this.#flushing.delete(subscriber);
    this.#forgetIfIdle(room);
  }

  /** Over the bound the oldest gives way; that it is old enough was asked before. */
  #addToBlock(subscriber: Subscriber): void {
    const block = subscriber.addressBlock;
    const ofBlock = this.#subscribersByBlock.get(block) ?? new Set();
    this.#subscribersByBlock.set(block, ofBlock.add(subscriber));
    if (ofBlock.size <= this.#limits.maxSubscribersPerAddress) return;
    const [oldest] = ofBlock;
    ofBlock.delete(oldest!);
    oldest!.end(encodeRetry(RETRY_MS), "replaced");
  }

  #roomOf(hash: RoomHash): Room {
    let room = this.#rooms.get(hash);
    if (room === undefined) {
      room = new Room(hash);
      this.#rooms.set(hash, room);
    }
    return room;
  }

  #tick(): void {
    const now = this.#clock.now();
    const { cpu, memory } = this.#price.load;
    const mayBeEarly = Math.max(cpu, memory) <= QUIET_LOAD;
    const random = this.#random;
    this.#history.expire(now);
    for (const room of this.#rooms.values()) {
      for (const subscriber of room.subscribers) subscriber.dropIfStalled(now);
      if (room.subscribers.size > 0) {
        const quote = () => this.#quote(this.pricedPost(room.hash));
        room.quoteIfDue(quote, { now, mayBeEarly, random });
      }
      this.#forgetIfIdle(room);
    }
  }

  #announce(room: Room): void {
    if (room.isAnnounced) return;
    room.isAnnounced = true;
    this.#observer?.activated(room.hash);
  }

  #forgetIfIdle(room: Room): void {
    const now = this.#clock.now();
    if (room.isAnnounced && !room.isActive(now)) {
      room.isAnnounced = false;
      this.#observer?.deactivated(room.hash);
    }
    if (room.isIdle(now)) this.#rooms.delete(room.hash);
  }

  /** One write a turn and subscriber, however many events the turn brings. */
  #scheduleFlush(subscriber: Subscriber): void {
    if (this.#flushing.size === 0) {
      setImmediate(() => {
        const due = this.#flushing;
        this.#flushing = new Set();
        this.#effort.addPaid(EFFORT_US.event * due.size);
        for (const subscriber of due) subscriber.flush();
      });
    }
    this.#flushing.add(subscriber);
  }
}
