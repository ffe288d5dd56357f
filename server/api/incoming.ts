/** From what `node:http` and `node:http2` read to a web Request. */

import { Buffer } from "node:buffer";
import type http from "node:http";
import type http2 from "node:http2";
import proxyAddr from "proxy-addr";
import { isAddress, normaliseAddress, withoutPort } from "../address.ts";
import { SERVER_LIMITS } from "../limits.ts";
import type { Connection } from "./exchange.ts";
import type { RawRefusal } from "./raw_refusal.ts";

/** A request of HTTP/1.1 or HTTP/2. */
export type Incoming = http.IncomingMessage | http2.Http2ServerRequest;

/** Tells whether an address is that of a trusted proxy. */
export type IsTrusted = ReturnType<typeof proxyAddr.compile>;

/** What makes a request unusable before its body is read. */
export function faultOfHead(req: Incoming): RawRefusal | undefined {
  const { rawHeaders, headers } = req;
  if (rawHeaders.length > 2 * SERVER_LIMITS.headers || isHeadTooLong(req)) {
    return "headers-too-large";
  }
  const hosts = rawHeaders.filter((name, at) =>
    at % 2 === 0 && /^(host|:authority)$/i.test(name)
  );
  const coding = headers["transfer-encoding"] ?? "chunked";
  if (hosts.length !== 1 || `${coding}`.toLowerCase() !== "chunked") {
    return "bad-request";
  }
  const isLong =
    Number(headers["content-length"] ?? 0) > SERVER_LIMITS.postBytes;
  return isLong ? "body-too-large" : undefined;
}

/** `node:http` has seen to it; to `node:http2` the bound is advice for the client. */
function isHeadTooLong({ httpVersionMajor, rawHeaders }: Incoming): boolean {
  if (httpVersionMajor < 2) return false;
  const length = rawHeaders.reduce((sum, text) => sum + text.length, 0);
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
    (req.httpVersionMajor === 2 && req.method === "POST");
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
    req.once("error", done);
    req.once("close", done);
  });
}

/** The headers that endpoints read; copying all would let a request choose its cost. */
const HEADERS_READ = [
  "accept",
  "authorization",
  "content-type",
  "if-none-match",
  "last-event-id",
];

/** What Request does not take; no endpoint takes it either, so that it is refused by name. */
const FORBIDDEN_METHODS = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Undefined when the head makes no web Request: a Host or target that is none. */
export function toRequest(
  req: Incoming,
  body: Uint8Array,
): Request | undefined {
  const { method = "GET", url = "", headers } = req;
  const host = headers.host ?? headers[":authority"] ?? "";
  const target = targetOf(url, `${host}`);
  if (target === undefined) return undefined;
  const read = new Headers();
  for (const name of HEADERS_READ) {
    const value = headers[name];
    if (value !== undefined) read.set(name, `${value}`);
  }
  try {
    return new Request(target, {
      method: FORBIDDEN_METHODS.has(method) ? "UNSUPPORTED" : method,
      headers: read,
      body: method === "POST" ? body as Uint8Array<ArrayBuffer> : null,
    });
  } catch {
    return undefined;
  }
}

/** The whole URL, from the usual form of request target or from the absolute one. */
function targetOf(url: string, host: string): string | undefined {
  if (/^https?:\/\//i.test(url)) return URL.parse(url)?.href;
  if (!url.startsWith("/") || /[/?#@\\]/.test(host)) return undefined;
  return `http://${host}${url}`;
}

/** Where a request came from; undefined when its sender has gone. */
export function connectionOf(
  req: Incoming,
  { isTrusted, isEncrypted }: { isTrusted: IsTrusted; isEncrypted: boolean },
): Connection | undefined {
  const { remoteAddress: peer, localAddress, localPort } = req.socket;
  if (req.socket.destroyed || peer === undefined) return undefined;
  const client = withoutPort(
    proxyAddr(req as http.IncomingMessage, isTrusted),
  );
  const forwarded = `${req.headers["x-forwarded-proto"] ?? ""}`;
  const isHttps = isEncrypted ||
    (/^https\b/i.test(forwarded) && isTrusted(peer, 0));
  return {
    clientAddress: normaliseAddress(isAddress(client) ? client : peer),
    localAddress: normaliseAddress(localAddress ?? ""),
    localPort: localPort ?? 0,
    scheme: isHttps ? "https" : "http",
  };
}
