/** One node over HTTP: requests in time, answers of bounded size, refusals as errors. */

import { parseProblem, type Problem } from "@sigmesh/core/wire";
import {
  NodeProtocolError,
  NodeRefusalError,
  NodeUnreachableError,
} from "./errors.ts";
import { joinSignals } from "./signals.ts";

/** What is asked, and who may end that. */
export interface NodeRequest {
  readonly method?: string;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal | undefined;
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  /** JSON, or undefined when it was none. */
  readonly value: unknown;
}

const MAX_ANSWER_BYTES = 64 * 1024;

/** Rejects with `NodeUnreachableError`, or the reason of a caller's signal. */
export class NodeHttp {
  readonly origin: string;
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;

  constructor(
    origin: string,
    { fetch, timeoutMs }: { fetch: typeof globalThis.fetch; timeoutMs: number },
  ) {
    this.origin = origin;
    this.#fetch = fetch;
    this.#timeoutMs = timeoutMs;
  }

  /** What a GET answers with, parsed. */
  async get<T>(
    path: string,
    { parse, signal }: {
      parse: (value: unknown) => T | undefined;
      signal?: AbortSignal | undefined;
    },
  ): Promise<T> {
    const { status, value } = await this.exchange(path, { signal });
    if (status !== 200) throw this.refusal(status, value);
    return this.parse(value, parse);
  }

  /** A request and its whole answer, in time. */
  exchange(path: string, request: NodeRequest): Promise<Answer> {
    const headers = { accept: "application/json" };
    return this.#dial(path, { ...request, headers, read: readAnswer });
  }

  /** An event stream; rejects unless the node answers with one. */
  async openStream(
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<ReadableStream<Uint8Array>> {
    const headers = { accept: "text/event-stream" };
    const read = async (response: Response) =>
      isEventStream(response) ? response.body! : await readAnswer(response);
    const answer = await this.#dial(path, { signal, headers, read });
    if (answer instanceof ReadableStream) return answer;
    throw this.refusal(answer.status, answer.value);
  }

  /** An answer as what it should be. */
  parse<T>(value: unknown, parse: (value: unknown) => T | undefined): T {
    const parsed = parse(value);
    if (parsed === undefined) throw this.#noNode();
    return parsed;
  }

  /** Why a request was refused, as an error. */
  refusal(status: number, value: unknown): Error {
    if (status === 200) return this.#noNode();
    const problem = parseProblem(value) ?? unreadable(status);
    return new NodeRefusalError(this.origin, problem);
  }

  #noNode(): NodeProtocolError {
    return new NodeProtocolError(
      `${this.origin} answers, but not as a signaling node does: check the address`,
    );
  }

  /** Dials and reads in time; tells the caller's abort from a node that cannot be reached. */
  async #dial<T extends object>(
    path: string,
    { signal, read, ...init }: NodeRequest & {
      headers: Record<string, string>;
      read: (response: Response) => Promise<T>;
    },
  ): Promise<T> {
    const late = new AbortController();
    const expire = () => late.abort(new Error("no answer in time"));
    const timer = setTimeout(expire, this.#timeoutMs);
    const either = joinSignals(signal, late.signal);
    let isStream = false;
    try {
      const response = await this.#fetch(this.origin + path, {
        ...init,
        signal: either.signal,
        redirect: "error", // it would lead to a node that no stamp was mined for
        credentials: "omit",
      });
      const answer = await read(response);
      isStream = answer instanceof ReadableStream;
      return answer;
    } catch (cause) {
      signal?.throwIfAborted();
      throw new NodeUnreachableError(this.origin, cause);
    } finally {
      clearTimeout(timer);
      if (!isStream) either.release(); // the signal ends a stream, later
    }
  }
}

function isEventStream({ status, headers }: Response): boolean {
  const type = headers.get("content-type") ?? "";
  return status === 200 && type.startsWith("text/event-stream");
}

async function readAnswer(response: Response): Promise<Answer> {
  return { status: response.status, value: await readJson(response) };
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

/** A problem for an answer that holds none. */
export function unreadable(status: number): Problem {
  return {
    type: "about:blank",
    title: `Status ${status}`,
    status,
    detail: "The answer holds no reason; something between may have made it.",
  };
}
