/** The messages that a room still holds, and which of them a reader is given. */

import { SERVER_LIMITS } from "../limits.ts";

/** What proves a message to other nodes; the post itself is in the event. */
export interface Proof {
  readonly stamp: string;
  /** Origin that the stamp was paid to. */
  readonly origin: string;
  /** Of that origin's node, base64url; undefined of what was posted here, and signed when it is relayed. */
  readonly signature: string | undefined;
  /** Whether it was posted here. */
  readonly isLocal: boolean;
}

/** A message as held: encoded once, for whoever reads it. */
export interface Message {
  readonly id: string;
  /** When this node received it, Unix time in milliseconds. */
  readonly at: number;
  /** The whole event. */
  readonly event: Uint8Array;
  readonly proof: Proof;
}

/** What a new stream asks to be told again. */
export type ReplayRequest =
  /** What came after this message, and shortly before: arrival order differs between nodes. */
  | { readonly afterId: string }
  /** What came in the last so many seconds. */
  | { readonly sinceSeconds: number };

const KEPT_MS = SERVER_LIMITS.historySeconds * 1000;
const REORDERING_MS = 10_000;

/** In order of arrival, bounded in age and number; the registry bounds bytes over all rooms. */
export class History {
  #messages: Message[] = [];
  #bytes = 0;
  /** Arrival of the youngest message that a bound, not its age, took away. */
  #cutAt = -Infinity;
  #lost = 0;

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Messages held. */
  get size(): number {
    return this.#messages.length;
  }

  /** Messages that a bound, not their age, has taken away so far. */
  get lost(): number {
    return this.#lost;
  }

  add(message: Message): void {
    this.#messages.push(message);
    this.#bytes += sizeOf(message);
    if (this.#messages.length > SERVER_LIMITS.historyMessages) this.#lose(1);
  }

  /** All that came in the last 60 s. */
  recent(now: number): Message[] {
    return this.#from(now - KEPT_MS).messages;
  }

  /** Lets go of what is older than 60 s. */
  expire(now: number): void {
    const [oldest] = this.#messages;
    if (oldest === undefined || now - oldest.at <= KEPT_MS) return;
    const young = this.#messages.findIndex((m) => now - m.at <= KEPT_MS);
    this.#remove(young < 0 ? this.#messages.length : young);
  }

  /** Lets go of everything, to make room elsewhere. */
  cut(): void {
    if (this.#messages.length > 0) this.#lose(this.#messages.length);
  }

  /** The messages asked for, of those of the last 60 s; not complete when some are gone. */
  replay(
    request: ReplayRequest,
    now: number,
  ): { messages: Message[]; isComplete: boolean } {
    const oldest = now - KEPT_MS;
    if ("sinceSeconds" in request) {
      return this.#from(Math.max(oldest, now - request.sinceSeconds * 1000));
    }
    const last = this.#messages.find(({ id }) => id === request.afterId);
    if (last === undefined || last.at < oldest) {
      return { ...this.#from(oldest), isComplete: false };
    }
    const replay = this.#from(Math.max(oldest, last.at - REORDERING_MS));
    return {
      ...replay,
      messages: replay.messages.filter((message) => message !== last),
    };
  }

  #from(at: number): { messages: Message[]; isComplete: boolean } {
    return {
      messages: this.#messages.filter((message) => message.at >= at),
      isComplete: this.#cutAt < at,
    };
  }

  #lose(count: number): void {
    this.#lost += count;
    this.#cutAt = this.#remove(count);
  }

  /** Removes the oldest; returns the arrival of the last one removed. */
  #remove(count: number): number {
    let at = -Infinity;
    for (const message of this.#messages.splice(0, count)) {
      this.#bytes -= sizeOf(message);
      at = message.at;
    }
    return at;
  }
}

function sizeOf({ event, proof }: Message): number {
  const { stamp, origin, signature = "" } = proof;
  return event.length + stamp.length + origin.length + signature.length;
}
