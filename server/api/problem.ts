/** The one map from refusal to HTTP status and title. */

import {
  formatPowChallenge,
  type Problem,
  type ProblemCode,
  problemType,
  type Quote,
} from "@sigmesh/core/wire";

/** A refusal on its way to the client. */
export interface Refusal {
  readonly code: ProblemCode;
  /** What went wrong this time and what to do next. */
  readonly detail: string;
  /** Further fields of the problem, all of them public. */
  readonly extras?: Partial<Problem>;
  readonly headers?: Readonly<Record<string, string>>;
}

const UNPAID = 401;

/** Status and title of each code. */
export const PROBLEMS: Record<ProblemCode, { status: number; title: string }> =
  {
    "stamp-missing": { status: UNPAID, title: "Proof of work required" },
    "stamp-malformed": { status: UNPAID, title: "Not a stamp" },
    "stamp-non-canonical": { status: UNPAID, title: "Stamp spelled otherwise" },
    "stamp-too-low": { status: UNPAID, title: "Too little work" },
    "stamp-mismatch": { status: UNPAID, title: "Stamp for another request" },
    "stamp-spent": { status: UNPAID, title: "Stamp spent before" },
    "token-forged": { status: UNPAID, title: "Token not of this node" },
    "token-expired": { status: UNPAID, title: "Token expired" },
    "token-before-start": { status: UNPAID, title: "Token from before start" },
    "token-from-future": { status: UNPAID, title: "Token from the future" },
    "bad-request": { status: 400, title: "Bad request" },
    "bad-room": { status: 400, title: "Not a room" },
    "bad-field": { status: 400, title: "Bad field" },
    "bad-json": { status: 400, title: "Not JSON" },
    "post-not-utf8": { status: 400, title: "Post is not UTF-8" },
    "post-has-control": { status: 400, title: "Post has CR or NUL" },
    "body-too-large": { status: 413, title: "Body too large" },
    "headers-too-large": { status: 431, title: "Headers too large" },
    "request-timeout": { status: 408, title: "Request took too long" },
    "host-refused": { status: 421, title: "Not this node's name" },
    "denied": { status: 403, title: "Not served here" },
    "room-denied": { status: 403, title: "Room not carried here" },
    "not-found": { status: 404, title: "Not found" },
    "method-not-allowed": { status: 405, title: "Method not allowed" },
    "too-many-subscribers": { status: 503, title: "Too many streams" },
    "too-many-subscribers-per-address": {
      status: 429,
      title: "Too many streams from one address",
    },
    "too-many-requests": { status: 429, title: "Too many free requests" },
    "too-busy": { status: 503, title: "Too busy for free requests" },
    "too-many-rooms": { status: 503, title: "Too many rooms" },
    "no-turn": { status: 404, title: "No TURN here" },
    "no-dht": { status: 404, title: "No DHT here" },
    "item-not-found": { status: 404, title: "No such item" },
    "bad-signature": { status: 400, title: "Not signed by this key" },
    "dht-conflict": { status: 409, title: "Another item is there" },
    "dht-unavailable": { status: 503, title: "DHT out of reach" },
    "credential-expired": { status: 410, title: "Credential expired" },
    "turn-unavailable": { status: 503, title: "TURN is starting" },
    "shutting-down": { status: 503, title: "Shutting down" },
    "internal": { status: 500, title: "Fault of this node" },
  };

/** A refusal as the object that clients get. */
export function problemOf({ code, detail, extras }: Refusal): Problem {
  const { status, title } = PROBLEMS[code];
  return { type: problemType(code), title, status, detail, ...extras };
}

/** Makes a refusal say what is owed, so that one round trip is enough to pay. */
export function withQuote(refusal: Refusal, quote: Quote): Refusal {
  return {
    ...refusal,
    extras: { ...refusal.extras, ...quote },
    headers: { "www-authenticate": formatPowChallenge(quote) },
  };
}
