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
  parseRoomFacts,
  parseRoomHash,
  PATHS,
  type Posted,
  type Problem,
  problemCodeOf,
  PROTOCOL,
  type Quote,
  type RoomFacts,
  type RoomHash,
  roomPath,
} from "@sigmesh/core/wire";
import {
  challengeOf,
  messageIdOf,
  parseStamp,
  type SolveProgress,
} from "@sigmesh/core";
import {
  NodeProtocolError,
  NodeRefusalError,
  NodeUnreachableError,
} from "./errors.ts";
import { type Cost, mine, type Outcome, pay } from "./payment.ts";
import { joinSignals } from "./signals.ts";

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

/** An accepted post. */
export interface PostReceipt extends Posted {
  /** What it took. */
  readonly cost: Cost;
}

const MAX_ANSWER_BYTES = 64 * 1024;

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
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;

  /** Throws TypeError when `origin` is not an http(s) URL. */
  constructor(
    origin: string | URL,
    {
      fetch = globalThis.fetch.bind(globalThis),
      timeoutMs = 15_000,
      maxHeight = 26,
    }: NodeClientOptions = {},
  ) {
    const url = new URL(origin);
    if (!/^https?:$/.test(url.protocol)) {
      throw new TypeError(`A node's origin is http or https, got ${origin}`);
    }
    this.origin = url.origin;
    this.maxHeight = maxHeight;
    this.#fetch = fetch;
    this.#timeoutMs = timeoutMs;
  }

  /** What the node says of itself, and its present quote. */
  async facts(options: CallOptions = {}): Promise<NodeFacts> {
    const facts = await this.#get(PATHS.home, parseNodeFacts, options);
    if (facts.protocol === PROTOCOL) return facts;
    throw new NodeProtocolError(
      `${this.origin} speaks protocol ${facts.protocol}, this library ` +
        `${PROTOCOL}: update the older one`,
    );
  }

  /** This client's address, as the node sees it. */
  ip(options: CallOptions = {}): Promise<IpFacts> {
    return this.#get(PATHS.ip, parseIpFacts, options);
  }

  /** Origins of other nodes that this one knows. */
  nodes(options: CallOptions = {}): Promise<readonly string[]> {
    return this.#get(PATHS.nodes, parseNodes, options);
  }

  /** What the node tells of a room, and the quote for a post to it. */
  room(room: string, options: CallOptions = {}): Promise<RoomFacts> {
    return this.#get(roomPath(requireRoom(room)), parseRoomFacts, options);
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
    const send = (stamp: string) => this.#sendPost(path, body, stamp, signal);
    const outcome = await pay({
      origin: this.origin,
      method: "POST",
      path,
      body,
      quote: quote ?? await this.room(room, { signal }),
      maxHeight: this.maxHeight,
      signal,
      onProgress,
      send,
    });
    if (outcome.kind === "refused") {
      throw new NodeRefusalError(this.origin, outcome.problem);
    }
    return { ...outcome.value, cost: outcome.cost };
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
    const deadline = this.#startDeadline(signal);
    const answer = await this.#reach(signal, async () => {
      const response = await this.#dial(path, {
        headers: { accept: "text/event-stream" },
        signal: deadline.signal, // also ends the stream, later
      });
      return isEventStream(response)
        ? response.body!
        : this.#refusal(response.status, await readJson(response));
    }).finally(deadline.meet);
    if (!(answer instanceof Error)) return answer;
    deadline.release();
    throw answer;
  }

  async #get<T>(
    path: string,
    parse: (value: unknown) => T | undefined,
    { signal }: CallOptions,
  ): Promise<T> {
    const { status, value } = await this.#exchange(path, {}, signal);
    if (status !== 200) throw this.#refusal(status, value);
    return this.#parse(value, parse);
  }

  async #sendPost(
    path: string,
    body: Uint8Array<ArrayBuffer>,
    stamp: string,
    signal: AbortSignal | undefined,
  ): Promise<Outcome<Posted>> {
    // In the query: an Authorization header would cost a CORS preflight.
    const send = () =>
      this.#exchange(`${path}?pow=${stamp}`, { method: "POST", body }, signal);
    let isRepeated = false;
    const { status, value } = await send().catch((error) => {
      if (!(error instanceof NodeUnreachableError)) throw error;
      isRepeated = true;
      return send();
    });
    if (status === 202) {
      return { kind: "accepted", value: this.#parse(value, parsePosted) };
    }
    const problem = parseProblem(value) ?? unreadable(status);
    const wasSpentByUs = isRepeated && problemCodeOf(problem) === "stamp-spent";
    return wasSpentByUs
      ? {
        kind: "accepted",
        value: this.#postedBefore(path, body, stamp, problem),
      }
      : { kind: "refused", problem };
  }

  /** The first sending arrived, only its answer was lost. */
  #postedBefore(
    path: string,
    body: Uint8Array,
    stamp: string,
    { token = "", height = 0 }: Problem,
  ): Posted {
    const parsed = parseStamp(stamp);
    if (!parsed.ok) throw new TypeError(parsed.detail);
    const challenge = challengeOf({
      token: parsed.value.token,
      method: "POST",
      url: this.origin + path,
      salt: parsed.value.salt,
      body,
    });
    return { id: messageIdOf(challenge), subscribers: 0, token, height };
  }

  /** A request and its whole answer, in time. */
  #exchange(
    path: string,
    init: RequestInit,
    signal: AbortSignal | undefined,
  ): Promise<{ status: number; value: unknown }> {
    const deadline = this.#startDeadline(signal);
    return this.#reach(signal, async () => {
      const response = await this.#dial(path, {
        ...init,
        headers: { accept: "application/json" },
        signal: deadline.signal,
      });
      return { status: response.status, value: await readJson(response) };
    }).finally(() => {
      deadline.meet();
      deadline.release();
    });
  }

  /** The caller's signal, and the end of patience until it is met. */
  #startDeadline(signal: AbortSignal | undefined) {
    const late = new AbortController();
    const expire = () => late.abort(new Error("no answer in time"));
    const timer = setTimeout(expire, this.#timeoutMs);
    const meet = () => clearTimeout(timer);
    return { ...joinSignals(signal, late.signal), meet };
  }

  #dial(path: string, init: RequestInit): Promise<Response> {
    return this.#fetch(this.origin + path, {
      ...init,
      redirect: "error", // it would lead to a node that no stamp was mined for
      credentials: "omit",
    });
  }

  /** Tells the caller's abort from a node that cannot be reached. */
  async #reach<T>(
    signal: AbortSignal | undefined,
    act: () => Promise<T>,
  ): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      signal?.throwIfAborted();
      throw new NodeUnreachableError(this.origin, cause);
    }
  }

  #parse<T>(value: unknown, parse: (value: unknown) => T | undefined): T {
    const parsed = parse(value);
    if (parsed === undefined) throw this.#noNode();
    return parsed;
  }

  #refusal(status: number, value: unknown): Error {
    if (status === 200) return this.#noNode();
    const problem = parseProblem(value) ?? unreadable(status);
    return new NodeRefusalError(this.origin, problem);
  }

  #noNode(): NodeProtocolError {
    return new NodeProtocolError(
      `${this.origin} answers, but not as a signaling node does: check the address`,
    );
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

function encodePost(text: string): Uint8Array<ArrayBuffer> {
  if (/[\r\0]/.test(text)) {
    throw new TypeError("A post cannot hold CR or NUL; end lines with LF");
  }
  const body = new TextEncoder().encode(text);
  if (new TextDecoder("utf-8", { ignoreBOM: true }).decode(body) !== text) {
    throw new TypeError("A post cannot hold half a surrogate pair");
  }
  if (body.length > LIMITS.postBytes) {
    throw new RangeError(
      `A post has at most ${LIMITS.postBytes} bytes, got ${body.length}`,
    );
  }
  return body;
}

function isEventStream({ status, headers }: Response): boolean {
  const type = headers.get("content-type") ?? "";
  return status === 200 && type.startsWith("text/event-stream");
}

/** JSON of bounded size; undefined when it is none. */
async function readJson(response: Response): Promise<unknown> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    if (bytes > MAX_ANSWER_BYTES) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
  try {
    return JSON.parse(text + decoder.decode());
  } catch {
    return undefined;
  }
}

function unreadable(status: number): Problem {
  return {
    type: "about:blank",
    title: `Status ${status}`,
    status,
    detail: "The answer holds no reason; something between may have made it.",
  };
}
