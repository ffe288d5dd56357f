/** From what `node:http` and `node:http2` read to a request as endpoints take it. */

import { Buffer } from "node:buffer";
import type http from "node:http";
import type http2 from "node:http2";
import proxyAddr from "proxy-addr";
import {
  addressBlocksOf,
  isAddress,
  normaliseAddress,
  withoutPort,
} from "../address.ts";
import { SERVER_LIMITS } from "../limits.ts";
import type { ApiRequest, Connection } from "./exchange.ts";
import type { RawRefusal } from "./raw_refusal.ts";

/** A request of HTTP/1.1 or HTTP/2. */
export type Incoming = http.IncomingMessage | http2.Http2ServerRequest;

/** By what it is, not by its version: `GET / HTTP/2.0` is a line that anybody can send. */
export function isHttp2(req: Incoming): req is http2.Http2ServerRequest {
  return "stream" in req;
}

/** Tells whether an address is that of a trusted proxy. */
export type IsTrusted = ReturnType<typeof proxyAddr.compile>;

/** What makes a request unusable before its body is read. */
export function faultOfHead(req: Incoming): RawRefusal | undefined {
  const { rawHeaders, headers } = req;
  if (rawHeaders.length > 2 * SERVER_LIMITS.headers || isHeadTooLong(req)) {
    return "headers-too-large";
  }
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (/^(host|:authority)$/i.test(rawHeaders[at]!)) hosts++;
  }
  const coding = headers["transfer-encoding"] ?? "chunked";
  const isForeign = req.httpVersionMajor !== (isHttp2(req) ? 2 : 1);
  if (isForeign || hosts !== 1 || `${coding}`.toLowerCase() !== "chunked") {
    return "bad-request";
  }
  const isLong =
    Number(headers["content-length"] ?? 0) > SERVER_LIMITS.postBytes;
  return isLong ? "body-too-large" : undefined;
}

/** `node:http` has seen to it; to `node:http2` the bound is advice for the client. */
function isHeadTooLong(req: Incoming): boolean {
  if (!isHttp2(req)) return false;
  const length = req.rawHeaders.reduce((sum, text) => sum + text.length, 0);
  return length > SERVER_LIMITS.headerBytes;
}

/**
 * At most one byte more than any endpoint takes: enough for it to see that the
 * body is too long. What follows stays unread.
 */
export function readBounded(req: Incoming): Promise<Uint8Array> {
  const { headers } = req;
  const hasBody = headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > 0 ||
    (isHttp2(req) && req.method === "POST");
  if (!hasBody) {
    req.resume();
    return Promise.resolve(new Uint8Array());
  }
  return new Promise((resolve) => {
    const limit = SERVER_LIMITS.postBytes + 1;
    const chunks: Uint8Array[] = [];
    let length = 0;
    const done = () => resolve(Buffer.concat(chunks).subarray(0, limit));
    req.on("data", (chunk: Uint8Array) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length < limit) return;
      req.pause();
      done();
    });
    req.once("end", done);
    req.once("close", done); // of a connection that broke
  });
}

/** Undefined when the head makes no request: a Host or target that is none. */
export function toRequest(
  req: Incoming,
  body: Uint8Array,
): ApiRequest | undefined {
  const { method = "GET", url: target = "", headers } = req;
  const host = headers.host ?? headers[":authority"] ?? "";
  const url = urlOf(target, `${host}`);
  if (url === null || url.username !== "" || url.password !== "") {
    return undefined;
  }
  const get = (name: string) => {
    const value = headers[name];
    return value === undefined ? null : `${value}`;
  };
  return { method, url, headers: { get }, body };
}

/** From the usual form of request target or from the absolute one. */
function urlOf(target: string, host: string): URL | null {
  if (/^https?:\/\//i.test(target)) return URL.parse(target);
  return target.startsWith("/") && !/[/?#@\\]/.test(host)
    ? URL.parse(`http://${host}${target}`)
    : null;
}

/** Where a request came from: its connection's other end, or whom a trusted proxy speaks for. */
export function connectionOf(
  req: Incoming,
  { isTrusted, isEncrypted }: { isTrusted: IsTrusted; isEncrypted: boolean },
): Connection {
  const { remoteAddress: peer = "", localAddress, localPort } = req.socket;
  const isProxied = isTrusted(peer, 0);
  const forwarded = isProxied
    ? withoutPort(proxyAddr(req as http.IncomingMessage, isTrusted))
    : peer;
  const client = isAddress(forwarded) ? forwarded : peer;
  const scheme = `${req.headers["x-forwarded-proto"] ?? ""}`;
  return {
    clientAddress: normaliseAddress(client),
    addressBlocks: addressBlocksOf(client),
    localAddress: normaliseAddress(localAddress ?? ""),
    localPort: localPort ?? 0,
    scheme: isEncrypted || (isProxied && /^https\b/i.test(scheme))
      ? "https"
      : "http",
  };
}
