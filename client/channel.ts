/** A room's messages in, paid posts out, over one node or several, for as long as it takes. */

import { parseToken, type SolveProgress } from "@sigmesh/core";
import type { Quote, RoomHash } from "@sigmesh/core/wire";
import {
  type ChannelEvents,
  ChannelMessageEvent,
  type ChannelState,
  ChannelStateEvent,
} from "./channel_events.ts";
import {
  NodeRefusalError,
  NodeUnreachableError,
  PriceTooHighError,
} from "./errors.ts";
import { isFinal, type KnownNode } from "./known_node.ts";
import {
  type NodeClient,
  type NodeClientOptions,
  type PostReceipt,
  requireRoom,
} from "./node_client.ts";
import { type NodeName, NodeSelector } from "./node_selector.ts";
import { type Page, thisPage } from "./page.ts";
import { PostQueue } from "./post_queue.ts";
import { joinSignals, unlessAborted } from "./signals.ts";
import { StreamSuccession } from "./stream_succession.ts";
import { TypedEventTarget } from "./typed_events.ts";

/** Options of {@linkcode openChannel}. */
export interface ChannelOptions extends NodeClientOptions {
  /** Time for one answer, and for the first stream to open. Default 15,000. */
  readonly timeoutMs?: number | undefined;
  /** Closes the channel. */
  readonly signal?: AbortSignal | undefined;
  /** Begin with the messages of the last so many seconds, at most 60. Default 0. */
  readonly sinceSeconds?: number | undefined;
  /** Whether to ask nodes for others, to go to when they fail. Default true. */
  readonly discover?: boolean | undefined;
  /** Default: the page that the channel is in. */
  readonly page?: Page | undefined;
}

/** Options of {@linkcode Channel.post}. */
export interface ChannelPostOptions {
  /** Gives the post up. */
  readonly signal?: AbortSignal | undefined;
  /** Called while mining. */
  readonly onProgress?: ((progress: SolveProgress) => void) | undefined;
}

/** Timers of a longer time would run at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

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
 * Of several nodes the cheapest is used, and when it fails the next one; what
 * was missed is replayed and nothing comes twice. `ready` rejects with
 * `NodesUnreachableError` when none could be used in time; once open, a channel
 * ends only by `close`.
 *
 * Throws TypeError when nodes or room are not named as they must be.
 */
export function openChannel(
  nodes: NodeName | readonly NodeName[],
  room: string,
  options: ChannelOptions = {},
): Channel {
  return new Channel(nodes, room, options);
}

/** See {@linkcode openChannel}. */
export class Channel extends TypedEventTarget<ChannelEvents> {
  /** The room's name. */
  readonly room: RoomHash;
  /** Resolves at the first opening; rejects when the channel closes before. */
  readonly ready: Promise<void>;
  readonly #page: Page;
  readonly #selector: NodeSelector;
  readonly #streams: StreamSuccession;
  readonly #closing = new AbortController();
  #state: ChannelState = "connecting";
  #used: KnownNode | undefined;
  /** Aborted when the node that is used has failed and another is. */
  #moving = new AbortController();
  #quote: Quote | undefined;
  /** How far the node's clock is ahead of this page's. */
  #aheadMs = 0;
  #hasOpened = false;
  #resolveReady = () => {};
  #rejectReady: (reason: unknown) => void = () => {};
  readonly #posts = new PostQueue();

  /** Use {@linkcode openChannel}. */
  constructor(
    nodes: NodeName | readonly NodeName[],
    room: string,
    {
      signal,
      sinceSeconds = 0,
      discover = true,
      page = thisPage,
      ...client
    }: ChannelOptions,
  ) {
    super();
    this.room = requireRoom(room);
    this.#page = page;
    this.#selector = new NodeSelector(
      [nodes].flat(),
      { client, discover, page },
    );
    const [first, ...others] = this.#selector.known;
    if (others.length === 0) this.#used = first;
    this.#streams = new StreamSuccession(this.room, {
      selector: this.#selector,
      listener: {
        onMessage: (id, text) =>
          this.dispatchEvent(new ChannelMessageEvent(id, text)),
        onQuote: (node, quote) => this.#open(node, quote),
        onResync: () => this.dispatchEvent(new Event("resync")),
        onLost: (cause) => this.#lose(cause),
        onPaused: () => {
          this.#quote = undefined; // it may grow old
          this.#setState("paused");
        },
        onHopeless: () => this.#end(this.#selector.explain()),
      },
      page,
      sinceSeconds,
      closing: this.#closing.signal,
    });
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.ready.catch(() => {}); // told by the state too
    this.#startDeadline(client.timeoutMs ?? 15_000);
    const end = () => this.#end(signal!.reason);
    if (signal?.aborted) end();
    signal?.addEventListener("abort", end, this.#closing);
    this.#streams.run();
  }

  /** What the channel is doing. */
  get state(): ChannelState {
    return this.#state;
  }

  /** The node that is used; undefined until one of several was chosen. */
  get node(): NodeClient | undefined {
    return this.#used?.client;
  }

  /** The nodes that were given and, after them, those that were found. */
  get knownNodes(): readonly NodeClient[] {
    return this.#selector.known.map(({ client }) => client);
  }

  /** What a post to this room costs now, as last heard. */
  get quote(): Quote | undefined {
    return this.#quote;
  }

  /** Unix time in milliseconds by the node's clock, or by this device's before it was heard. */
  nodeTimeMs(): number {
    return this.#page.now() + this.#aheadMs;
  }

  /**
   * Pays for a post and sends it. Posts are mined one after the other and
   * arrive in order. Rejects as {@linkcode NodeClient.post} does, and with
   * RangeError when 64 posts are waiting. Where there are several nodes, a post
   * whose node fails is paid for again at the next one, and may arrive twice.
   */
  async post(
    text: string,
    { signal, onProgress }: ChannelPostOptions = {},
  ): Promise<PostReceipt> {
    const either = joinSignals(signal, this.#closing.signal);
    const pay = () => this.#pay(text, { signal: either.signal, onProgress });
    return await this.#posts.run(pay, either.signal).finally(either.release);
  }

  /**
   * Lets go of the stream, so that a page that is left can be kept by the
   * browser: call it on `pagehide`, and `resume` on `pageshow`.
   */
  pause(): void {
    this.#streams.pause();
  }

  /** Opens the stream again, with what was missed. */
  resume(): void {
    this.#streams.resume();
  }

  /** Closes the stream and gives up posts that are waiting. */
  close(): void {
    this.#end(new DOMException("The channel was closed", "AbortError"));
  }

  /** Pays at the node that is used, and again at the next one when that fails. */
  async #pay(
    text: string,
    { signal, onProgress }: { signal: AbortSignal } & ChannelPostOptions,
  ): Promise<PostReceipt> {
    for (let failures = 0;; failures++) {
      signal.throwIfAborted();
      const used = await this.#nodeToPay(signal);
      const either = joinSignals(signal, this.#moving.signal);
      try {
        const receipt = await used.client.post(this.room, text, {
          quote: this.#quote,
          signal: either.signal,
          onProgress,
        });
        this.#selector.learn(receipt.cost);
        if (used === this.#used) this.#hearQuote(receipt);
        return receipt;
      } catch (error) {
        signal.throwIfAborted();
        if (either.signal.aborted) continue; // the stream has moved on
        const others = this.#selector.known.length - 1;
        if (!isFaultOfNode(error, others)) throw error;
        this.#streams.leave(used, error);
        if (failures >= others) throw error;
      } finally {
        either.release();
      }
    }
  }

  /** Waits for another node while the one that was used has failed. */
  async #nodeToPay(signal: AbortSignal): Promise<KnownNode> {
    while (true) {
      const used = this.#used;
      const isOnly = this.#selector.known.length === 1;
      if (used !== undefined && (isOnly || !used.hasFailed)) return used;
      const change = new Promise((resolve) =>
        this.addEventListener("state", resolve, { once: true })
      );
      await unlessAborted(change, signal);
    }
  }

  #open(node: KnownNode, quote: Quote | undefined): void {
    if (node !== this.#used) {
      if (this.#used?.hasFailed) {
        this.#moving.abort();
        this.#moving = new AbortController();
      }
      this.#used = node;
      this.#quote = undefined;
    }
    if (quote !== undefined) this.#hearQuote(quote);
    this.#hasOpened = true;
    this.#resolveReady();
    this.#setState("open");
  }

  #hearQuote({ token, height }: Quote): void {
    this.#quote = { token, height };
    const parsed = parseToken(token);
    if (!parsed.ok) return;
    this.#aheadMs = parsed.value.issuedAt * 1000 - this.#page.now();
  }

  #lose(cause: unknown): void {
    if (this.#state === "closed") return;
    this.#setState(this.#hasOpened ? "reconnecting" : "connecting", cause);
  }

  #startDeadline(timeoutMs: number): void {
    const timer = setTimeout(
      () =>
        this.#streams.isPaused
          ? this.#startDeadline(timeoutMs)
          : this.#end(this.#selector.explain()),
      Math.min(timeoutMs, MAX_TIMER_MS),
    );
    const stop = () => clearTimeout(timer);
    this.ready.then(stop, stop);
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
    this.dispatchEvent(new ChannelStateEvent(state, cause, this.node?.origin));
  }
}

/** Then its stream is left as well: it may be dead and not know, or another node may do better. */
function isFaultOfNode(error: unknown, others: number): boolean {
  return error instanceof NodeUnreachableError || others > 0 && (
        error instanceof PriceTooHighError ||
        error instanceof NodeRefusalError && !isFinal(error)
      );
}
