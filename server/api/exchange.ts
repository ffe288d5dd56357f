/**
 * What endpoints are told of a request and its connection, and what they answer
 * with. They need no socket. Web Request and Response would say the same, but
 * making and reading them took a third of the time of a post.
 */

import type { Sink } from "../rooms/subscriber.ts";

/** A request, read to its end; of a body that is too long, a little more than is allowed. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  /** Names are in lower case. */
  readonly headers: RequestHeaders;
  readonly body: Uint8Array;
}

/** As of web Headers. */
export interface RequestHeaders {
  get(name: string): string | null;
}

/** Where a request came from and where it arrived. Addresses are normalised. */
export interface Connection {
  /** The client's address; forwarded headers of trusted proxies are taken into account. */
  readonly clientAddress: string;
  /** The blocks that the client's address is counted under; its own first. */
  readonly addressBlocks: readonly string[];
  /** Address and port on this machine at which the connection arrived. */
  readonly localAddress: string;
  readonly localPort: number;
  /** Scheme that the client dialled. */
  readonly scheme: "http" | "https";
}

/** Any page may call: there are no cookies, and each request pays for itself. */
const EVERY_ANSWER = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "WWW-Authenticate, Retry-After",
  "x-content-type-options": "nosniff",
};

/** A whole answer. */
export class Reply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;

  constructor(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array = "",
  ) {
    this.status = status;
    this.headers = { ...EVERY_ANSWER, ...headers };
    this.body = body;
  }
}

/**
 * An answer that stays open. A web Response would do it by a stream, but costs
 * four times the memory and cannot end a connection whose reader has stopped.
 */
export class EventStream {
  /** Sent with this status. */
  readonly status = 200;
  readonly headers: Readonly<Record<string, string>>;
  /** Called once, when the head has been sent. */
  readonly open: (sink: Sink) => void;

  constructor(
    headers: Readonly<Record<string, string>>,
    open: (sink: Sink) => void,
  ) {
    this.headers = { ...EVERY_ANSWER, ...headers };
    this.open = open;
  }
}

/** A reply to be given late: its client asks for too much, or all clients together do. */
export class Held {
  readonly reply: Reply;
  /** Asks again, while the reply waits, for what was asked; undefined is no. */
  readonly again: (() => Promise<Answer> | undefined) | undefined;

  constructor(reply: Reply, again?: () => Promise<Answer> | undefined) {
    this.reply = reply;
    this.again = again;
  }

  get status(): number {
    return this.reply.status;
  }
}

/** One request and its answer, as those are told who watch. Nothing here is of a client's choice. */
export interface Exchange {
  /** Template of the path, such as `/room/HASH`; `unknown` where there is none. */
  readonly endpoint: string;
  /** One that some endpoint takes, or `other`. */
  readonly method: string;
  readonly status: number;
  /** From the whole request to its answer; to a stream's opening. */
  readonly durationMs: number;
}

/** A reply, one that waits, or a stream. */
export type Answer = Reply | Held | EventStream;
