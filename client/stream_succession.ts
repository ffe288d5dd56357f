/** The streams of a channel, one after the other, over whatever nodes there are. */

import { workOf } from "@sigmesh/core";
import { parseQuote, type Quote, type RoomHash } from "@sigmesh/core/wire";
import { NodeUnreachableError } from "./errors.ts";
import { isRationed, type KnownNode } from "./known_node.ts";
import type { NodeSelector } from "./node_selector.ts";
import { type Page, watchForReturn } from "./page.ts";
import { takePlace } from "./page_streams.ts";
import { Replay } from "./replay.ts";
import { RoomStream, type RoomStreamListener } from "./room_stream.ts";

/** What a succession tells. */
export interface SuccessionListener {
  /** Each message once. */
  onMessage(id: string, text: string): void;
  onQuote(node: KnownNode, quote: Quote | undefined): void;
  onResync(): void;
  /** No stream is open, and why. */
  onLost(cause: unknown): void;
  onPaused(): void;
  /** No node will ever do, and none has yet. */
  onHopeless(): void;
}

/** Options of a {@linkcode StreamSuccession}. */
export interface SuccessionOptions {
  readonly selector: NodeSelector;
  readonly listener: SuccessionListener;
  readonly page: Page;
  readonly sinceSeconds: number;
  /** Ends it. */
  readonly closing: AbortSignal;
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;
/** So long may an opening take where another node could be tried instead, … */
const OPENING_MS = 5000;
/** … and where there is none: what was dialled while the network was gone is dialled anew. */
const LONELY_OPENING_MS = 10_000;

/** A node that is busy is paid at once up to so many hashes, a tenth of a second's: others may be as busy. */
const WORTH_PAYING = 2 ** 20;

/** Keeps a stream of a room open. */
export class StreamSuccession {
  readonly #room: RoomHash;
  readonly #selector: NodeSelector;
  readonly #listener: SuccessionListener;
  readonly #page: Page;
  readonly #closing: AbortSignal;
  readonly #replay: Replay;
  /** Ends what goes on: a stream, a rest, a pause. */
  #interrupt = new AbortController();
  #stream: RoomStream | undefined;
  #used: KnownNode | undefined;
  /** Where to go without choosing. */
  #next: KnownNode | undefined;
  #hasOpened = false;
  /** Whether the last stream had opened: what went wrong then is not a choice. */
  #hadOpened = false;
  #isPaused = false;
  #retryMs = FIRST_RETRY_MS;

  constructor(
    room: RoomHash,
    { selector, listener, page, sinceSeconds, closing }: SuccessionOptions,
  ) {
    this.#room = room;
    this.#selector = selector;
    this.#listener = listener;
    this.#page = page;
    this.#closing = closing;
    this.#replay = new Replay({ sinceSeconds, now: page.now });
  }

  /** Runs until closed, or until there is no hope of a first stream. */
  async run(): Promise<void> {
    const stopWatching = watchForReturn(this.#page, {
      onReturn: () => this.#renew(),
      onSlept: () => {
        if (this.#stream?.isLate !== false) this.#renew();
      },
    });
    const close = () => this.#interrupt.abort(this.#closing.reason);
    this.#closing.addEventListener("abort", close);
    while (!this.#closing.aborted && await this.#takeTurn());
    stopWatching();
  }

  /** Whether the streams are let go of. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Lets go of the stream. */
  pause(): void {
    if (this.#isPaused || this.#closing.aborted) return;
    this.#isPaused = true;
    this.#interrupt.abort(new Error("The channel was paused"));
    this.#listener.onPaused();
  }

  /** Opens a stream again, with what was missed. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#listener.onLost(undefined);
    this.#interrupt.abort();
  }

  /** The node in use failed in some other way: the next stream is another's. */
  leave(node: KnownNode, cause: unknown): void {
    node.fail(cause);
    if (node === this.#used) this.#interrupt.abort(cause);
  }

  /** Ends what goes on and begins anew at once. */
  #renew(): void {
    this.#retryMs = FIRST_RETRY_MS;
    this.#interrupt.abort(new Error("The page came back"));
  }

  /** A stream, and a rest where none can follow at once. False when there is no hope. */
  async #takeTurn(): Promise<boolean> {
    this.#interrupt = new AbortController();
    if (this.#isPaused) {
      await this.#rest();
      return true;
    }
    const isHurried = this.#hadOpened;
    const node = this.#next ??
      await this.#selector.choose(this.#closing, { isHurried });
    this.#next = undefined;
    this.#hadOpened = false;
    if (this.#isPaused) return true;
    if (node !== undefined) await this.#use(node);
    if (this.#closing.aborted) return true;
    if (!this.#hasOpened && this.#selector.isHopeless) {
      this.#listener.onHopeless();
      return false;
    }
    if (this.#next === undefined && !this.#selector.hasUntried) {
      const delayMs = this.#retryMs * (0.5 + this.#page.random());
      this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
      await this.#rest(delayMs);
    }
    return true;
  }

  /** One stream, from its place among the page's to its end. */
  async #use(node: KnownNode): Promise<void> {
    const { signal } = this.#interrupt;
    let leavePlace = () => {};
    let cause: unknown;
    this.#used = node;
    try {
      leavePlace = await this.#takePlace(node);
      cause = await this.#read(node);
    } catch (error) {
      cause = error;
    }
    leavePlace();
    this.#stream = undefined;
    if (!signal.aborted) {
      node.fail(cause);
      const { streamQuote } = node;
      const isToBePaid = streamQuote !== undefined &&
        (!this.#selector.hasUntried || isWorthPaying(streamQuote, cause));
      if (isToBePaid) this.#next = node;
    } else if (!node.hasFailed) this.#next ??= node;
    if (!this.#isPaused) this.#listener.onLost(cause);
  }

  #takePlace(node: KnownNode): Promise<() => void> {
    const { origin } = node.client;
    return takePlace(origin, {
      locks: this.#page.locks,
      signal: this.#interrupt.signal,
      onBusy: () => {
        const busy = new Error(
          `${origin} has all the streams that http has room for: close ` +
            "another tab, or serve it by https",
        );
        if (this.#selector.known.some((n) => n !== node && !n.hasFailed)) {
          throw busy;
        }
        node.delay(busy);
        this.#listener.onLost(busy);
      },
    });
  }

  /** Resolves with the reason why the node ended the stream. */
  async #read(node: KnownNode): Promise<unknown> {
    const { signal } = this.#interrupt;
    const quote = node.streamQuote;
    node.streamQuote = undefined;
    const pow = quote &&
      await node.client.payForStream(this.#room, { quote, signal });
    const stream = this.#stream = new RoomStream(node.client, {
      listener: this.#listenTo(node),
      signal,
      now: this.#page.now,
      patienceMs: this.#selector.known.length > 1
        ? OPENING_MS
        : LONELY_OPENING_MS,
    });
    await stream.read(this.#room, {
      ...this.#replay.query(),
      ...(pow && { pow }),
    });
    const { refusal } = stream;
    // At once, but once: what was paid for is not refused for the price.
    if (pow === undefined) node.streamQuote = parseQuote(refusal?.problem);
    return refusal ??
      new NodeUnreachableError(node.client.origin, "it ended the stream");
  }

  #listenTo(node: KnownNode): RoomStreamListener {
    return {
      onMessage: (id, text) => {
        if (this.#replay.accept(id)) this.#listener.onMessage(id, text);
        this.#lookAround(node);
      },
      onQuote: (quote) => {
        this.#replay.hear();
        node.recover();
        if (quote !== undefined) node.hearQuote(quote);
        this.#listener.onQuote(node, quote);
        // Not at first: somebody waits for what can be said now, and many may have come at once.
        if (this.#hadOpened) this.#lookAround(node);
        this.#hasOpened = this.#hadOpened = true;
      },
      onResync: () => this.#listener.onResync(),
      onRetry: (retryMs) => {
        this.#retryMs = Math.max(
          FIRST_RETRY_MS,
          Math.min(retryMs, MAX_RETRY_MS),
        );
      },
    };
  }

  /** Learns of other nodes, and goes to one that costs far less. */
  async #lookAround(node: KnownNode): Promise<void> {
    const { signal } = this.#interrupt;
    await this.#selector.discover(node, this.#closing);
    const other = await this.#selector.findFarCheaper(node, this.#closing);
    if (other === undefined || signal.aborted) return;
    this.#next = other;
    this.#interrupt.abort(
      new Error(
        `${node.client.origin} is dearer than ${other.client.origin}`,
      ),
    );
  }

  /** Waits so long, or without a time until something goes on. */
  #rest(delayMs?: number): Promise<void> {
    const { signal } = this.#interrupt;
    return new Promise((resolve) => {
      const timer = delayMs === undefined
        ? undefined
        : setTimeout(resolve, delayMs);
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      if (signal.aborted) end();
      signal.addEventListener("abort", end);
    });
  }
}

/** Of one that gives no more for free. One whose slots run short is left while there are others. */
function isWorthPaying({ height }: Quote, refusal: unknown): boolean {
  return isRationed(refusal) && workOf(height) <= WORTH_PAYING;
}
