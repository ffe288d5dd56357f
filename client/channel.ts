/** A room's messages in, paid posts out, over one node, for as long as it takes. */

import type { SolveProgress } from "@sigmesh/core";
import {
  EVENTS,
  LIMITS,
  parseProblem,
  parseQuote,
  type Quote,
  type RoomHash,
} from "@sigmesh/core/wire";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import {
  type ChannelEvents,
  ChannelMessageEvent,
  type ChannelState,
  ChannelStateEvent,
} from "./channel_events.ts";
import {
  NodeProtocolError,
  NodeRefusalError,
  NodeUnreachableError,
} from "./errors.ts";
import {
  NodeClient,
  type NodeClientOptions,
  type PostReceipt,
  requireRoom,
} from "./node_client.ts";
import { joinSignals, unlessAborted } from "./signals.ts";
import { Watchdog } from "./watchdog.ts";

/** Options of {@linkcode openChannel}. */
export interface ChannelOptions extends NodeClientOptions {
  /** Closes the channel. */
  readonly signal?: AbortSignal | undefined;
  /** Begin with the messages of the last so many seconds, at most 60. Default 0. */
  readonly sinceSeconds?: number | undefined;
}

/** Options of {@linkcode Channel.post}. */
export interface ChannelPostOptions {
  /** Gives the post up. */
  readonly signal?: AbortSignal | undefined;
  /** Called while mining. */
  readonly onProgress?: ((progress: SolveProgress) => void) | undefined;
}

/** Longer silence than this means that the stream is dead: the node sends a quote every 15 s. */
const SILENCE_MS = (LIMITS.heartbeatSeconds * 2 + 5) * 1000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;
/** Ids remembered to drop duplicates; beyond, the oldest goes. */
const MAX_SEEN = 4096;
/** Posts that wait for their turn to be mined. */
const MAX_WAITING_POSTS = 64;

/**
 * Opens a signaling channel: for those who bring their own RTCPeerConnection.
 *
 * ```ts ignore
 * import { openChannel } from "@sigmesh/client";
 *
 * const channel = openChannel("https://node.example", "ab".repeat(20));
 * channel.addEventListener("message", ({ data }) => console.log(data));
 * await channel.ready;
 * await channel.post("hello");
 * ```
 *
 * Throws TypeError when node or room are not named as they must be.
 */
export function openChannel(
  node: string | URL | NodeClient,
  room: string,
  options: ChannelOptions = {},
): Channel {
  const client = node instanceof NodeClient
    ? node
    : new NodeClient(node, options);
  return new Channel(client, room, options);
}

/** See {@linkcode openChannel}. */
export class Channel extends EventTarget {
  /** The node that is used. */
  readonly node: NodeClient;
  /** The room's name. */
  readonly room: RoomHash;
  /** Resolves at the first opening; rejects when the channel closes before. */
  readonly ready: Promise<void>;
  #state: ChannelState = "connecting";
  readonly #closing = new AbortController();
  #resolveReady = () => {};
  #rejectReady: (reason: unknown) => void = () => {};
  readonly #seen = new Set<string>();
  #quote: Quote | undefined;
  #lastId: string | undefined;
  #heardAt: number | undefined;
  /** Why the node ends the present stream, when it said so. */
  #refusal: NodeRefusalError | undefined;
  /** What the next stream must be paid with: the node's slots run short. */
  #streamQuote: Quote | undefined;
  /** Whether the present stream was paid for. */
  #hasPaid = false;
  #retryMs = FIRST_RETRY_MS;
  readonly #sinceSeconds: number;
  #posting: Promise<unknown> = Promise.resolve();
  #waitingPosts = 0;

  /** Use {@linkcode openChannel}. */
  constructor(
    node: NodeClient,
    room: string,
    { signal, sinceSeconds = 0 }: ChannelOptions,
  ) {
    super();
    this.node = node;
    this.room = requireRoom(room);
    this.#sinceSeconds = sinceSeconds;
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.ready.catch(() => {}); // told by the state too
    if (signal?.aborted) this.close();
    signal?.addEventListener("abort", () => this.close(), {
      signal: this.#closing.signal,
    });
    this.#run();
  }

  /** What the channel is doing. */
  get state(): ChannelState {
    return this.#state;
  }

  /** What a post to this room costs now, as last heard. */
  get quote(): Quote | undefined {
    return this.#quote;
  }

  /**
   * Pays for a post and sends it. Posts are mined one after the other and
   * arrive in order. Rejects as {@linkcode NodeClient.post} does, and with
   * RangeError when 64 posts are waiting.
   */
  async post(
    text: string,
    { signal, onProgress }: ChannelPostOptions = {},
  ): Promise<PostReceipt> {
    if (this.#waitingPosts >= MAX_WAITING_POSTS) {
      throw new RangeError(
        `${MAX_WAITING_POSTS} posts are waiting: await earlier ones first`,
      );
    }
    const either = joinSignals(signal, this.#closing.signal);
    const giveUp = either.signal;
    this.#waitingPosts++;
    const turn = this.#posting.then(async () => {
      giveUp.throwIfAborted();
      const receipt = await this.node.post(this.room, text, {
        quote: this.#quote,
        signal: giveUp,
        onProgress,
      });
      this.#quote = { token: receipt.token, height: receipt.height };
      return receipt;
    }).finally(() => {
      this.#waitingPosts--;
      either.release();
    });
    this.#posting = turn.catch(() => {});
    return await unlessAborted(turn, giveUp);
  }

  /** Closes the stream and gives up posts that are waiting. */
  close(): void {
    this.#end(new DOMException("The channel was closed", "AbortError"));
  }

  /** As EventTarget's, with this channel's events. */
  override addEventListener<K extends keyof ChannelEvents>(
    type: K,
    listener: (event: ChannelEvents[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as (event: Event) => void, options);
  }

  /** As EventTarget's, with this channel's events. */
  override removeEventListener<K extends keyof ChannelEvents>(
    type: K,
    listener: (event: ChannelEvents[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(
      type,
      listener as (event: Event) => void,
      options,
    );
  }

  #end(cause: unknown): void {
    if (this.#state === "closed") return;
    this.#closing.abort(cause);
    this.#rejectReady(cause);
    this.#setState("closed", cause);
  }

  #setState(state: ChannelState, cause?: unknown): void {
    if (this.#state === state && cause === undefined) return;
    this.#state = state;
    this.dispatchEvent(new ChannelStateEvent(state, cause));
  }

  /** Streams one after the other, until closed. */
  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      let cause: unknown;
      try {
        await this.#readStream();
        cause = this.#refusal;
      } catch (error) {
        if (this.#isFinal(error)) return this.#end(error);
        cause = error;
      }
      if (this.#closing.signal.aborted) return;
      this.#setState(
        this.#heardAt === undefined ? "connecting" : "reconnecting",
        cause,
      );
      if (this.#streamQuote === undefined) await this.#pause();
    }
  }

  async #readStream(): Promise<void> {
    this.#refusal = undefined;
    this.#hasPaid = false;
    const pow = await this.#payForStream();
    this.#hasPaid = pow.pow !== undefined;
    const watchdog = new Watchdog(SILENCE_MS, this.#closing.signal);
    try {
      const stream = await this.node.openStream(this.room, {
        query: { ...this.#replayQuery(), ...pow },
        signal: watchdog.signal,
      });
      const parser = createParser({
        onEvent: (event) => this.#receive(event),
        onRetry: (retryMs) => {
          this.#retryMs = Math.max(
            FIRST_RETRY_MS,
            Math.min(retryMs, MAX_RETRY_MS),
          );
        },
        maxBufferSize: MAX_EVENT_CHARACTERS,
      });
      const decoder = new TextDecoder();
      const reader = stream.getReader();
      while (true) {
        const { done, value } = await reader.read().catch((cause) => {
          throw new NodeUnreachableError(this.node.origin, cause);
        });
        if (done) return;
        watchdog.feed();
        parser.feed(decoder.decode(value, { stream: true }));
      }
    } finally {
      watchdog.close();
    }
  }

  /** A stamp for the next stream, where the last one was refused for want of it. */
  async #payForStream(): Promise<{ pow?: string }> {
    const quote = this.#streamQuote;
    if (quote === undefined) return {};
    this.#streamQuote = undefined;
    const { signal } = this.#closing;
    return { pow: await this.node.payForStream(this.room, { quote, signal }) };
  }

  /** Whether trying again would give the same answer. */
  #isFinal(error: unknown): boolean {
    if (error instanceof NodeProtocolError) return this.#heardAt === undefined;
    if (!(error instanceof NodeRefusalError) || !error.isOfNode) return false;
    const { status } = error.problem;
    return status >= 400 && status < 500 && status !== 408 && status !== 429;
  }

  /** What was missed since the last stream, or what was asked for at first. */
  #replayQuery(): Record<string, string> {
    if (this.#lastId !== undefined) return { last_event_id: this.#lastId };
    const missed = this.#heardAt === undefined
      ? this.#sinceSeconds
      : Math.ceil((Date.now() - this.#heardAt) / 1000) + 1;
    return missed > 0
      ? { since: `${Math.min(missed, LIMITS.historySeconds)}` }
      : {};
  }

  #receive({ event, id, data }: EventSourceMessage): void {
    switch (event) {
      case undefined:
        return this.#receiveMessage(id, data);
      case EVENTS.quote:
        this.#quote = parseQuote(parseJson(data)) ?? this.#quote;
        this.#heardAt = Date.now();
        this.#resolveReady();
        return this.#setState("open");
      case EVENTS.overloaded: {
        const problem = parseProblem(parseJson(data));
        if (problem === undefined) return;
        this.#refusal = new NodeRefusalError(this.node.origin, problem);
        // At once, but once: what was paid for is not refused for the price.
        if (!this.#hasPaid) this.#streamQuote = parseQuote(problem);
        return;
      }
      case EVENTS.resync:
        this.dispatchEvent(new Event("resync"));
    }
  }

  #receiveMessage(id: string | undefined, data: string): void {
    if (id === undefined) return;
    this.#heardAt = Date.now();
    this.#lastId = id;
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    if (this.#seen.size > MAX_SEEN) {
      this.#seen.delete(this.#seen.values().next().value!);
    }
    this.dispatchEvent(new ChannelMessageEvent(id, data));
  }

  /** Waits before the next try, longer each time, and not past coming online. */
  #pause(): Promise<void> {
    const delayMs = this.#retryMs * (0.5 + Math.random());
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
    const closing = this.#closing.signal;
    return new Promise((resolve) => {
      const resume = () => {
        clearTimeout(timer);
        globalThis.removeEventListener?.("online", resume);
        closing.removeEventListener("abort", resume);
        resolve();
      };
      const timer = setTimeout(resume, delayMs);
      globalThis.addEventListener?.("online", resume); // Node.js has none
      closing.addEventListener("abort", resume);
    });
  }
}

/** A post has at most 1,024 bytes; a quote is short. */
const MAX_EVENT_CHARACTERS = 16 * 1024;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
