/** One node's HTTP API, typed. */

import {
  type IpFacts,
  LIMITS,
  type NodeFacts,
  parseIpFacts,
  parseNodeFacts,
  parseNodes,
  parsePosted,
  parseProblem,
  parseQuote,
  parseRoomFacts,
  parseRoomHash,
  parseTurnGrant,
  PATHS,
  type Posted,
  problemCodeOf,
  PROTOCOL,
  type Quote,
  type RoomFacts,
  type RoomHash,
  roomPath,
  type TurnGrant,
  type TurnRequest,
} from "@sigmesh/core/wire";
import { messageIdOf, type SolveProgress } from "@sigmesh/core";
import {
  NodeProtocolError,
  NodeRefusalError,
  NodeUnreachableError,
} from "./errors.ts";
import {
  type Cost,
  mine,
  type Mined,
  type Outcome,
  pay,
  type Payment,
} from "./payment.ts";
import {
  type Answer,
  NodeHttp,
  type NodeRequest,
  unreadable,
} from "./node_http.ts";

/** Options of a {@linkcode NodeClient}. */
export interface NodeClientOptions {
  /** Default: the platform's. */
  readonly fetch?: typeof fetch | undefined;
  /** Time for one answer. Default 15,000. */
  readonly timeoutMs?: number | undefined;
  /** Bits of work beyond which this client does not pay. Default 26: the most that a node may ask. */
  readonly maxHeight?: number | undefined;
}

/** Options of a call. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode NodeClient.post}. */
export interface PostOptions extends CallOptions {
  /** What is owed, when known; else the node is asked. */
  readonly quote?: Quote | undefined;
  /** Called while mining. */
  readonly onProgress?: ((progress: SolveProgress) => void) | undefined;
}

/** Options of {@linkcode NodeClient.buy}. */
export interface BuyOptions<T> extends PostOptions {
  /** What is sent; default nothing. */
  readonly body?: Uint8Array<ArrayBuffer> | undefined;
  /** Reads the answer's JSON; undefined where it is none of a node. */
  readonly parse: (value: unknown) => T | undefined;
}

/** Options of {@linkcode NodeClient.buyTurnCredential}. */
export interface TurnCredentialOptions extends PostOptions {
  /** What was bought before and is to live on. */
  readonly renew?: Pick<TurnGrant, "username" | "credential"> | undefined;
}

/** A TURN credential that was paid for: an RTCIceServer, and what else there is to know. */
export interface TurnReceipt extends TurnGrant {
  /** As RTCIceServer has them. */
  readonly urls: string[];
  /** What it took. */
  readonly cost: Cost;
}

/** An accepted post. */
export interface PostReceipt extends Posted {
  /** What it took. */
  readonly cost: Cost;
}

/**
 * Talks to one node.
 *
 * ```ts ignore
 * import { NodeClient } from "@sigmesh/client";
 *
 * const node = new NodeClient("https://node.example");
 * const { height } = await node.facts();
 * const { id } = await node.post("ab".repeat(20), "hello");
 * ```
 *
 * Calls reject with `NodeUnreachableError`, `NodeRefusalError`,
 * `NodeProtocolError`, `PriceTooHighError` or the signal's reason.
 */
export class NodeClient {
  /** As dialled: stamps are bound to it. */
  readonly origin: string;
  /** Bits of work beyond which this client does not pay. */
  readonly maxHeight: number;
  readonly #http: NodeHttp;

  /** Throws TypeError when `origin` is not an http(s) URL. */
  constructor(
    origin: string | URL,
    {
      fetch = globalThis.fetch.bind(globalThis),
      timeoutMs = 15_000,
      maxHeight = 26,
    }: NodeClientOptions = {},
  ) {
    if (!/^https?:/i.test(`${origin}`)) {
      throw new TypeError(
        `Name a node as https://node.example, not "${origin}"`,
      );
    }
    this.origin = new URL(origin).origin;
    this.maxHeight = maxHeight;
    this.#http = new NodeHttp(this.origin, { fetch, timeoutMs });
  }

  /** What the node says of itself, and its present quote. */
  async facts(options: CallOptions = {}): Promise<NodeFacts> {
    const facts = await this.#http.get(PATHS.home, {
      parse: parseNodeFacts,
      ...options,
    });
    if (facts.protocol === PROTOCOL) return facts;
    throw new NodeProtocolError(
      `${this.origin} speaks protocol ${facts.protocol}, this library ` +
        `${PROTOCOL}: update the older one`,
    );
  }

  /** This client's address, as the node sees it. */
  ip(options: CallOptions = {}): Promise<IpFacts> {
    return this.#http.get(PATHS.ip, { parse: parseIpFacts, ...options });
  }

  /** Origins of other nodes that this one knows. */
  nodes(options: CallOptions = {}): Promise<readonly string[]> {
    return this.#http.get(PATHS.nodes, { parse: parseNodes, ...options });
  }

  /** What the node tells of a room, and the quote for a post to it. */
  room(room: string, options: CallOptions = {}): Promise<RoomFacts> {
    return this.#http.get(roomPath(requireRoom(room)), {
      parse: parseRoomFacts,
      ...options,
    });
  }

  /**
   * Pays for a post and sends it: at most 1,024 bytes of UTF-8, without CR and
   * NUL. Sending is repeated when no answer came, with the same stamp, so that
   * the post arrives once.
   *
   * Throws RangeError or TypeError for a text that no room can carry.
   */
  async post(
    room: string,
    text: string,
    { signal, quote, onProgress }: PostOptions = {},
  ): Promise<PostReceipt> {
    const path = roomPath(requireRoom(room));
    const body = encodePost(text);
    const ask = { method: "POST", body, signal };
    return await this.#pay({
      path,
      body,
      quote: quote ?? await this.room(room, { signal }),
      signal,
      onProgress,
      send: (mined) => this.#sendPost(path, mined, ask),
    });
  }

  /**
   * A stamp for a room's event stream, where slots run short and the node asks
   * for one by an `overloaded` event with a quote; to be sent as `pow`.
   */
  async payForStream(
    room: string,
    { quote, signal }: CallOptions & { quote: Quote },
  ): Promise<string> {
    return (await mine(quote, {
      origin: this.origin,
      method: "GET",
      path: roomPath(requireRoom(room)),
      body: new Uint8Array(),
      maxHeight: this.maxHeight,
      signal,
    })).stamp;
  }

  /**
   * Opens a room's event stream. Rejects unless the node answers with one.
   * `query` holds `last_event_id` or `since`, and `pow` where one is asked for.
   */
  async openStream(
    room: string,
    { query = {}, signal }: CallOptions & {
      query?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const path = `${roomPath(requireRoom(room))}?${new URLSearchParams(query)}`;
    return await this.#http.openStream(path, signal);
  }

  /** Pays as much as this client does. Rejects when the node refuses what paying cannot change. */
  async #pay<T>(
    payment: Omit<Payment<T>, "origin" | "method" | "maxHeight">,
  ): Promise<T & { cost: Cost }> {
    const { origin, maxHeight } = this;
    const outcome = await pay({
      origin,
      method: "POST",
      maxHeight,
      ...payment,
    });
    if (outcome.kind === "refused") {
      throw new NodeRefusalError(origin, outcome.problem);
    }
    return { ...outcome.value, cost: outcome.cost };
  }

  async #sendPost(
    path: string,
    { stamp, challenge }: Mined,
    ask: NodeRequest,
  ): Promise<Outcome<Posted>> {
    // In the query: an Authorization header would cost a CORS preflight.
    const send = () => this.#http.exchange(`${path}?pow=${stamp}`, ask);
    let isRepeated = false;
    const answer = await send().catch((error) => {
      if (!(error instanceof NodeUnreachableError)) throw error;
      isRepeated = true;
      return send();
    });
    const outcome = this.#outcomeOf(answer, parsePosted);
    if (!isRepeated || outcome.kind === "accepted") return outcome;
    const { problem } = outcome;
    if (problemCodeOf(problem) !== "stamp-spent") return outcome;
    // The first sending arrived, only its answer was lost.
    const { token = "", height = 0 } = problem;
    const id = messageIdOf(challenge);
    return { kind: "accepted", value: { id, subscribers: 0, token, height } };
  }

  /**
   * Pays for a TURN credential, to be given to an RTCPeerConnection in
   * `iceServers`. `renew` is one that was bought before and is to live on:
   * while its call lasts, renew it before its `ttl` has passed.
   *
   * A node without TURN refuses with the code `no-turn`.
   */
  async buyTurnCredential(
    { renew, ...options }: TurnCredentialOptions = {},
  ): Promise<TurnReceipt> {
    const receipt = await this.buy(PATHS.token, {
      body: encodeRenewal(renew),
      parse: parseTurnGrant,
      ...options,
    });
    return { ...receipt, urls: [...receipt.urls] };
  }

  /** Pays for a POST to an endpoint that no other method is for. */
  async buy<T>(
    path: string,
    { body = new Uint8Array(), parse, quote, signal, onProgress }: BuyOptions<
      T
    >,
  ): Promise<T & { cost: Cost }> {
    const ask = { method: "POST", body, signal };
    return await this.#pay({
      path,
      body,
      quote: quote ?? await this.#quoteFor(path, ask),
      signal,
      onProgress,
      send: async ({ stamp }) => {
        const answer = await this.#http.exchange(`${path}?pow=${stamp}`, ask);
        return this.#outcomeOf(answer, parse);
      },
    });
  }

  /** Asks without paying: the refusal has the quote. */
  async #quoteFor(path: string, ask: NodeRequest): Promise<Quote> {
    const { status, value } = await this.#http.exchange(path, ask);
    if (status !== 401) throw this.#http.refusal(status, value);
    return this.#http.parse(value, parseQuote);
  }

  #outcomeOf<T>(
    { status, value }: Answer,
    parse: (value: unknown) => T | undefined,
  ): Outcome<T> {
    return status < 300
      ? { kind: "accepted", value: this.#http.parse(value, parse) }
      : { kind: "refused", problem: parseProblem(value) ?? unreadable(status) };
  }
}

/** Throws TypeError unless the text names a room. */
export function requireRoom(text: string): RoomHash {
  const room = parseRoomHash(text);
  if (room === undefined) {
    throw new TypeError(
      `A room is named by 40 or 64 lower-case hex digits, got "${text}"`,
    );
  }
  return room;
}

/** What to ask of `/token`. */
function encodeRenewal(
  renew: TurnCredentialOptions["renew"],
): Uint8Array<ArrayBuffer> {
  if (renew === undefined) return new Uint8Array();
  const { username, credential } = renew;
  const request: TurnRequest = { renew: username, credential };
  return new TextEncoder().encode(JSON.stringify(request));
}

function encodePost(text: string): Uint8Array<ArrayBuffer> {
  if (/[\r\0]/.test(text)) {
    throw new TypeError("A post cannot hold CR or NUL; end lines with LF");
  }
  const body = new TextEncoder().encode(text);
  if (new TextDecoder("utf-8", { ignoreBOM: true }).decode(body) !== text) {
    throw new TypeError(
      "A post cannot hold half a surrogate pair: cut between characters",
    );
  }
  if (body.length > LIMITS.postBytes) {
    throw new RangeError(
      `A post has at most ${LIMITS.postBytes} bytes, got ${body.length}: shorten it`,
    );
  }
  return body;
}
