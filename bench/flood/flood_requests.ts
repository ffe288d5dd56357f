/** The requests of a flood as bytes: made beforehand, so that asking is cheap. */

import { formatStamp, formatToken } from "@sigmesh/core";
import { encodeRequest } from "../load/http.ts";
import type { FloodRequest } from "./floods.ts";

/** As many, sent in turn. */
const VARIANTS = 256;
const BODY = "x".repeat(300);
const json = { accept: "application/json" };

/** Options of {@linkcode requestsOf}. */
export interface RequestOptions {
  readonly host: string;
  /** One that the node issued. */
  readonly token: string;
  /** Unix seconds. */
  readonly now: number;
}

/** Requests to be sent in turn. */
export function requestsOf(
  kind: FloodRequest,
  options: RequestOptions,
): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: VARIANTS }, () => requestOf(kind, options));
}

function requestOf(
  kind: FloodRequest,
  { host, token, now }: RequestOptions,
): Uint8Array<ArrayBuffer> {
  const room = `/room/${randomBytes(20).toHex()}`;
  const post = (headers: Record<string, string>) =>
    encodeRequest(room, {
      method: "POST",
      host,
      headers: { ...json, ...headers },
      body: BODY,
    });
  switch (kind) {
    case "nothing":
    case "home":
      return encodeRequest("/", { host, headers: json });
    case "stream": {
      const headers = { accept: "text/event-stream" };
      return encodeRequest(room, { host, headers });
    }
    case "unpaid-post":
      return post({});
    case "forged-token": {
      const claim = { issuedAt: now, height: 16 };
      return post(randomStamp(formatToken(claim, randomBytes(16))));
    }
    case "wrong-nonces":
      return post(randomStamp(token));
  }
}

/** Well-formed, and not worked for. */
function randomStamp(token: string): Record<string, string> {
  const [salt, nonces] = [randomBytes(6), randomBytes(48)];
  return { authorization: `PoW ${formatStamp({ token, salt, nonces })}` };
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}
