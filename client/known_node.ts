/** One of several nodes: what it costs and how it fared. */

import { MESH_FLOOR, parseToken, workOf } from "@sigmesh/core";
import type { ProblemCode, Quote } from "@sigmesh/core/wire";
import { NodeProtocolError, NodeRefusalError } from "./errors.ts";
import type { NodeClient } from "./node_client.ts";
import type { Page } from "./page.ts";

/** For so long a node that failed is tried after all others. */
const FAILED_MS = 60_000;
/** An older quote says little about the price. */
const QUOTED_MS = 60_000;
const RATIONED: ReadonlySet<string> = new Set<ProblemCode>([
  "too-busy",
  "too-many-requests",
]);

/** A node that may be used. */
export class KnownNode {
  readonly client: NodeClient;
  /** What its next stream must be paid with: its slots run short. */
  streamQuote: Quote | undefined;
  readonly #page: Page;
  #asking: Promise<void> | undefined;
  #roundTripMs = 0;
  /** Hashes of a post there, without surcharge; the least there is where it is not known. */
  work: number = MESH_FLOOR;
  #quotedAt = -Infinity;
  /** Whether its price was ever heard. */
  hasAnswered = false;
  /** When it failed last. */
  failedAt = -Infinity;
  /** What went wrong last. */
  cause: unknown;

  constructor(client: NodeClient, page: Page) {
    this.client = client;
    this.#page = page;
  }

  /** Whether it failed lately. */
  get hasFailed(): boolean {
    return this.#page.now() - this.failedAt < FAILED_MS;
  }

  /** Whether its price is known. */
  get isQuoted(): boolean {
    return this.#page.now() - this.#quotedAt < QUOTED_MS;
  }

  /** Time that a post there takes. */
  costMs(hashesPerMs: number): number {
    return this.#roundTripMs + this.work / hashesPerMs;
  }

  /** Asks for its price; rejects when it has none. */
  ask(signal: AbortSignal): Promise<void> {
    return this.#asking ??= this.#ask(signal).finally(() =>
      this.#asking = undefined
    );
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const askedAt = this.#page.now();
    try {
      this.hearQuote(await this.client.facts({ signal }));
    } catch (error) {
      if (!isRationed(error)) {
        if (!signal.aborted) this.fail(error);
        throw error;
      }
      this.#quotedAt = this.#page.now(); // as before: its stream tells
    }
    this.#roundTripMs = this.#page.now() - askedAt;
  }

  /** Learns its price; a token holds it without a room's surcharge. */
  hearQuote({ token }: Quote): void {
    const parsed = parseToken(token);
    if (!parsed.ok) return;
    this.work = workOf(parsed.value.height);
    this.#quotedAt = this.#page.now();
    this.hasAnswered = true;
  }

  /** It is to be tried last, for a while. */
  fail(cause: unknown): void {
    this.cause = cause;
    this.failedAt = this.#page.now();
    this.#quotedAt = -Infinity;
  }

  /** Its stream is open. */
  recover(): void {
    this.failedAt = -Infinity;
  }

  /** Something stands in the way that is not its fault. */
  delay(cause: unknown): void {
    this.cause = cause;
  }

  /** Whether trying again would give the same answer. */
  get isHopeless(): boolean {
    return isFinal(this.cause);
  }
}

/** Whether a node gives no more for free; what is paid for it still takes. */
export function isRationed(error: unknown): boolean {
  return error instanceof NodeRefusalError && RATIONED.has(error.code);
}

/** Whether a node, asked the same again, would say the same. */
export function isFinal(error: unknown): boolean {
  if (error instanceof NodeProtocolError) return true;
  if (!(error instanceof NodeRefusalError) || !error.isOfNode) return false;
  const { status } = error.problem;
  return status >= 400 && status < 500 && ![401, 408, 429].includes(status);
}
