/** One event stream of a room, at one node, from its opening to its end. */

import {
  EVENTS,
  LIMITS,
  parseProblem,
  parseQuote,
  type Quote,
  type RoomHash,
} from "@sigmesh/core/wire";
import {
  NodeProtocolError,
  NodeRefusalError,
  NodeUnreachableError,
} from "./errors.ts";
import { EventStreamParser, type StreamEvent } from "./event_stream.ts";
import type { NodeClient } from "./node_client.ts";
import { unlessAborted } from "./signals.ts";
import { Watchdog } from "./watchdog.ts";

/** What a stream tells. */
export interface RoomStreamListener {
  onMessage(id: string, text: string): void;
  /** The node's heartbeat; the first says that the stream is open. */
  onQuote(quote: Quote | undefined): void;
  onResync(): void;
  onRetry(retryMs: number): void;
}

/** Longer silence than this means that the stream is dead: the node sends a quote every 15 s. */
const SILENCE_MS = (LIMITS.heartbeatSeconds * 2 + 5) * 1000;

/** Other nodes refuse to replay after a longer id. */
const ID_CHARACTERS = 16;

/** Reads one stream. */
export class RoomStream {
  /** Why the node ends it, when it said so. */
  refusal: NodeRefusalError | undefined;
  readonly #node: NodeClient;
  readonly #listener: RoomStreamListener;
  readonly #parent: AbortSignal;
  readonly #watchdog: Watchdog;

  /** `patienceMs` is how long the opening may take. */
  constructor(
    node: NodeClient,
    { listener, signal, now, patienceMs = SILENCE_MS }: {
      listener: RoomStreamListener;
      signal: AbortSignal;
      now: () => number;
      patienceMs?: number | undefined;
    },
  ) {
    this.#node = node;
    this.#listener = listener;
    this.#parent = signal;
    this.#watchdog = new Watchdog({
      silenceMs: patienceMs,
      parent: signal,
      now,
    });
  }

  /** Whether it has been silent for too long, by the clock. */
  get isLate(): boolean {
    return this.#watchdog.isLate;
  }

  /** Resolves when the node ends the stream; rejects when it breaks, or with the signal's reason. */
  async read(room: RoomHash, query: Record<string, string>): Promise<void> {
    const { signal } = this.#watchdog;
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    try {
      const stream = await this.#node.openStream(room, { query, signal });
      const parser = new EventStreamParser({
        onEvent: (event) => {
          if (!this.#parent.aborted) this.#receive(event);
        },
        onRetry: (retryMs) => this.#listener.onRetry(retryMs),
      });
      const decoder = new TextDecoder();
      reader = stream.getReader();
      while (true) {
        // Deno 2.9 forgets a fetch's signal once it has collected garbage.
        const { done, value } = await unlessAborted(reader.read(), signal);
        if (done) return;
        this.#watchdog.feed(SILENCE_MS);
        parser.feed(decoder.decode(value, { stream: true }));
      }
    } catch (error) {
      this.#parent.throwIfAborted();
      throw isOfNode(error)
        ? error
        : new NodeUnreachableError(this.#node.origin, error);
    } finally {
      this.#watchdog.close();
      reader?.cancel().catch(() => {}); // broken already
    }
  }

  #receive({ event, id, data }: StreamEvent): void {
    switch (event) {
      case undefined:
        if (id && id.length <= ID_CHARACTERS) {
          this.#listener.onMessage(id, data);
        }
        return;
      case EVENTS.quote:
        return this.#listener.onQuote(parseQuote(parseJson(data)));
      case EVENTS.overloaded: {
        const problem = parseProblem(parseJson(data));
        if (problem === undefined) return;
        this.refusal = new NodeRefusalError(this.#node.origin, problem);
        return;
      }
      case EVENTS.resync:
        return this.#listener.onResync();
    }
  }
}

function isOfNode(error: unknown): boolean {
  return error instanceof NodeRefusalError ||
    error instanceof NodeProtocolError || error instanceof NodeUnreachableError;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
