/** What endpoints are told of a connection, and what they answer with. */

import type { Sink } from "../rooms/subscriber.ts";

/** Where a request came from and where it arrived. Addresses are normalised. */
export interface Connection {
  /** The client's address; forwarded headers of trusted proxies are taken into account. */
  readonly clientAddress: string;
  /** Address and port on this machine at which the connection arrived. */
  readonly localAddress: string;
  readonly localPort: number;
  /** Scheme that the client dialled. */
  readonly scheme: "http" | "https";
}

/**
 * An answer that stays open. A web Response would do it by a stream, but costs
 * four times the memory and cannot end a connection whose reader has stopped.
 */
export class EventStream {
  /** Sent with status 200. */
  readonly headers: Headers;
  /** Called once, when the head has been sent. */
  readonly open: (sink: Sink) => void;

  constructor(headers: Headers, open: (sink: Sink) => void) {
    this.headers = headers;
    this.open = open;
  }
}

/** A response to be given late: its client asks for too much. */
export class Held {
  readonly response: Response;

  constructor(response: Response) {
    this.response = response;
  }

  get headers(): Headers {
    return this.response.headers;
  }

  get status(): number {
    return this.response.status;
  }
}

/** A response, one that waits, or a stream. */
export type Answer = Response | Held | EventStream;
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
