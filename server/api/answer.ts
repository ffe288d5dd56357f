/** What endpoints answer with. */

import type { Sink } from "../rooms/subscriber.ts";

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

/** A response, or a stream. */
export type Answer = Response | EventStream;
