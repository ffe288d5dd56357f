/** Somebody honest: joins a room, posts what connecting to others takes, stays a while. */

import { formatStamp, SALT_BYTES, workOf } from "@sigmesh/core";
import type { Quote } from "@sigmesh/core/wire";
import { EventStream, type Reply } from "../../server/api/exchange.ts";
import { QUIET_SECONDS } from "./cases.ts";
import { mineByChance } from "./chance.ts";
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
/** A post that takes longer was in vain. */
const PATIENCE_MS = 60_000;
const RETRY_STREAM_MS = 10_000;
/** As the client library does. */
const MAX_REQUOTES = 2;
const HEADROOM = 0.25;

/** One visitor's whole visit. */
export class Visitor {
  readonly #timeline: Timeline;
  readonly #node: SimulatedNode;
  readonly #random: () => number;
  readonly #device: DeviceClass;
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
        } else if (this.#isPatient(this.#joinedAtMs)) {
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
    this.#mine(this.#quote, { wantedAtMs, requotes: 0 });
  }

  #mine(
    quote: Quote,
    attempt: Attempt & { previous?: Mined },
  ): void {
    const { wantedAtMs, requotes, previous } = attempt;
    if (!this.#isPatient(wantedAtMs)) return this.#finish(wantedAtMs, Infinity);
    const salt = previous?.salt ?? this.#drawBytes(SALT_BYTES);
    const { nonces, hashes } = mineByChance(
      quote.height,
      this.#random,
      previous?.nonces,
    );
    const mined = { quote, salt, nonces };
    const ms = hashes / this.#device.hashesPerSecond * 1000;
    this.#timeline.after(ms, () => this.#send(mined, { wantedAtMs, requotes }));
  }

  #send(mined: Mined, attempt: Attempt): void {
    const stamp = formatStamp({ ...mined, token: mined.quote.token });
    this.#node.send({
      method: "POST",
      path: this.#path,
      headers: { authorization: `PoW ${stamp}`, accept: "application/json" },
      body: this.#drawBytes(8).map((byte) => 97 + byte % 26),
      address: this.#address,
      onAnswer: async (answer) => {
        await endOfTurn();
        this.#hear(answer as Reply, mined, attempt);
      },
    });
  }

  #hear({ status, body }: Reply, mined: Mined, attempt: Attempt): void {
    const { wantedAtMs, requotes } = attempt;
    const { token, height, owed } = JSON.parse(body as string);
    if (token !== undefined) this.#quote = { token, height };
    if (status === 202) {
      return this.#finish(wantedAtMs, this.#since(wantedAtMs));
    }
    if (requotes === MAX_REQUOTES || token === undefined) {
      return this.#finish(wantedAtMs, Infinity);
    }
    const next = { wantedAtMs, requotes: requotes + 1 };
    const missing = workOf(owed ?? Infinity) - workOf(mined.quote.height);
    if (missing <= workOf(height)) {
      const topUp = { token: mined.quote.token, height: owed + HEADROOM };
      this.#mine(topUp, { ...next, previous: mined });
    } else {
      this.#mine({ token, height: height + HEADROOM }, next);
    }
  }

  #finish(wantedAtMs: number, waitMs: number): void {
    const isInTime = waitMs <= PATIENCE_MS;
    this.#onPost({
      device: this.#device.name,
      wantedAt: wantedAtMs / 1000 - QUIET_SECONDS,
      waitMs: isInTime ? waitMs : Infinity,
    });
    this.#isMining = false;
    this.#payNext();
  }

  #giveUpAll(): void {
    for (const wantedAtMs of this.#wanted.splice(0)) {
      this.#finish(wantedAtMs, Infinity);
    }
  }

  #isPatient(sinceMs: number): boolean {
    return this.#since(sinceMs) < PATIENCE_MS;
  }

  #since(ms: number): number {
    return this.#timeline.nowMs - ms;
  }

  #drawBytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#random() * 256);
  }
}

/** Of one post. */
interface Attempt {
  readonly wantedAtMs: number;
  readonly requotes: number;
}

interface Mined {
  readonly quote: Quote;
  readonly salt: Uint8Array;
  readonly nonces: Uint8Array;
}
