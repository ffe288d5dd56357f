/** Somebody honest: joins a room, posts what connecting to others takes, stays a while. */

import type { Quote } from "@sigmesh/core/wire";
import { EventStream } from "../../server/api/exchange.ts";
import { QUIET_SECONDS } from "./cases.ts";
import { PATIENCE_MS, Payer } from "./payer.ts";
import { endOfTurn, type SimulatedNode } from "./simulated_node.ts";
import type { Timeline } from "./timeline.ts";

/** A kind of device and how many of it come. */
export interface DeviceClass {
  readonly name: string;
  readonly hashesPerSecond: number;
  /** Of all visitors, 0..1. */
  readonly share: number;
}

/** How one post went. */
export interface HonestPost {
  readonly device: string;
  /** When it was wanted, in seconds since the attack began. */
  readonly wantedAt: number;
  /** From then until it was accepted; Infinity when it was given up. */
  readonly waitMs: number;
}

/** Seconds after joining at which it wants to post: itself, an offer, candidates. */
const POSTS_AT_SECONDS = [0, 1, 2, 5];
const STAYS_MS = 30_000;
const RETRY_STREAM_MS = 10_000;

/** One visitor's whole visit. */
export class Visitor {
  readonly #timeline: Timeline;
  readonly #node: SimulatedNode;
  readonly #random: () => number;
  readonly #device: DeviceClass;
  readonly #payer: Payer;
  readonly #path: string;
  readonly #address: string;
  readonly #onPost: (post: HonestPost) => void;
  /** Times at which posts were wanted that have not been seen to. */
  readonly #wanted: number[] = [];
  readonly #joinedAtMs: number;
  #quote: Quote | undefined;
  #isMining = false;
  #close = () => {};

  constructor(
    { timeline, node, random }: {
      timeline: Timeline;
      node: SimulatedNode;
      random: () => number;
    },
    { device, room, address, onPost }: {
      device: DeviceClass;
      room: string;
      address: string;
      onPost: (post: HonestPost) => void;
    },
  ) {
    this.#timeline = timeline;
    this.#node = node;
    this.#random = random;
    this.#device = device;
    const { hashesPerSecond } = device;
    this.#payer = new Payer({ timeline, node, random }, {
      ...{ hashesPerSecond, address },
    });
    this.#path = `/room/${room}`;
    this.#address = address;
    this.#onPost = onPost;
    this.#joinedAtMs = timeline.nowMs;
  }

  /** Opens a stream and posts; leaves by itself. */
  start(): void {
    for (const seconds of POSTS_AT_SECONDS) {
      this.#timeline.after(seconds * 1000, () => {
        this.#wanted.push(this.#timeline.nowMs);
        this.#payNext();
      });
    }
    this.#timeline.after(STAYS_MS, () => this.#close());
    this.#openStream();
  }

  #openStream(): void {
    this.#node.send({
      method: "GET",
      path: this.#path,
      headers: { accept: "text/event-stream" },
      address: this.#address,
      onAnswer: async (answer) => {
        if (answer instanceof EventStream) {
          this.#listen(answer);
          await endOfTurn();
        } else if (this.#timeline.nowMs - this.#joinedAtMs < PATIENCE_MS) {
          const jitter = 1 + this.#random() * 0.2;
          this.#timeline.after(
            RETRY_STREAM_MS * jitter,
            () => this.#openStream(),
          );
        } else {
          this.#giveUpAll();
        }
      },
    });
  }

  #listen(stream: EventStream): void {
    const utf8 = new TextDecoder();
    const sink = {
      unsentBytes: 0,
      onClose: undefined as (() => void) | undefined,
      write: (bytes: Uint8Array) => {
        const text = utf8.decode(bytes);
        const at = text.lastIndexOf("event: quote\n");
        const [, json] = /^data: (.*)$/m.exec(text.slice(Math.max(at, 0))) ??
          [];
        if (at >= 0 && json !== undefined) this.#learn(JSON.parse(json));
      },
      end: () => sink.onClose?.(),
      destroy: () => sink.onClose?.(),
    };
    stream.open(sink);
    this.#close = () => sink.onClose?.();
  }

  #learn({ token, height }: Quote): void {
    this.#quote = { token, height };
    this.#payNext();
  }

  /** One post at a time, as a channel's queue does. */
  #payNext(): void {
    if (this.#isMining || this.#quote === undefined) return;
    const wantedAtMs = this.#wanted.shift();
    if (wantedAtMs === undefined) return;
    this.#isMining = true;
    this.#payer.pay({
      path: this.#path,
      body: this.#drawText(),
      quote: this.#quote,
      since: wantedAtMs,
      onQuote: (quote) => this.#quote = quote,
      onDone: (reply) => this.#finish(wantedAtMs, reply !== undefined),
    });
  }

  #finish(wantedAtMs: number, isAccepted: boolean): void {
    const waitMs = this.#timeline.nowMs - wantedAtMs;
    this.#onPost({
      device: this.#device.name,
      wantedAt: wantedAtMs / 1000 - QUIET_SECONDS,
      waitMs: isAccepted && waitMs <= PATIENCE_MS ? waitMs : Infinity,
    });
    this.#isMining = false;
    this.#payNext();
  }

  #giveUpAll(): void {
    for (const wantedAtMs of this.#wanted.splice(0)) {
      this.#finish(wantedAtMs, false);
    }
  }

  #drawText(): Uint8Array {
    return Uint8Array.from({ length: 8 }, () => 97 + this.#random() * 26);
  }
}
