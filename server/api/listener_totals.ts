/** What a listener counts of requests and connections that got no answer of the API: running totals. */

import { createRefusalTotals, type RawRefusal } from "./raw_refusal.ts";

/**
 * Why this side ended a connection: another one needed its place, it was silent,
 * it made no TLS or answered no ping. Or a request, and with HTTP/1.1 its
 * connection: it came behind too many unread answers, or too many were held.
 */
export type ListenerEnd =
  | "displaced"
  | "idle"
  | "no-tls"
  | "no-pong"
  | "pipelined"
  | "rationed";

/** Counted where things happen, read by anybody. */
export interface ListenerTotals {
  /** Refused before they could be read. */
  readonly refused: Record<RawRefusal, number>;
  readonly ended: Record<ListenerEnd, number>;
}

/** Nothing yet. */
export function createListenerTotals(): ListenerTotals {
  return {
    refused: createRefusalTotals(),
    ended: {
      "displaced": 0,
      "idle": 0,
      "no-tls": 0,
      "no-pong": 0,
      "pipelined": 0,
      "rationed": 0,
    },
  };
}
