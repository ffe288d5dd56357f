/**
 * The only place that knows `node:http`: sockets to requests, answers to
 * sockets. `Deno.serve` would be faster for short answers, but a stream costs
 * it four times the memory, and it cannot close a reader that stopped reading.
 */

import { LIMITS } from "@sigmesh/core/wire";
import { Buffer } from "node:buffer";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import proxyAddr from "proxy-addr";
import { isAddress, normaliseAddress } from "../address.ts";
import { SERVER_LIMITS } from "../limits.ts";
import type { Sink } from "../rooms/subscriber.ts";
import { type Connection, EventStream } from "./exchange.ts";

import { PROBLEMS } from "./problem.ts";
import type { Api } from "./router.ts";

const KEEP_ALIVE_MS = 30_000;
/** After refusing a body, for how long the client may read the refusal. */
const LINGER_MS = 1000;

/** A listening socket. */
export interface HttpListener {
  readonly host: string;
  readonly port: number;
  /** Stops listening, lets answers under way end for `graceMs`, then ends what is left. */
  close(graceMs: number): Promise<void>;
}

/** Options of {@linkcode listenHttp}. */
export interface HttpListenerOptions {
  readonly api: Api;
  readonly host: string;
  readonly port: number;
  /** Addresses whose forwarded headers count. */
  readonly trustProxy: readonly string[];
  /** Gets what went wrong in a connection and is nobody's answer. */
  readonly onFault: (fault: unknown) => void;
}

/** Listens; rejects when the port cannot be had. */
export async function listenHttp(
  { api, host, port, trustProxy, onFault }: HttpListenerOptions,
): Promise<HttpListener> {
  const isTrusted = proxyAddr.compile([...trustProxy]);
  const server = http.createServer({
    headersTimeout: SERVER_LIMITS.headerSeconds * 1000,
    requestTimeout: SERVER_LIMITS.requestSeconds * 1000,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: SERVER_LIMITS.headerBytes,
  });
  server.on("request", (req, res) => {
    serve(req, res, { api, isTrusted }).catch((fault) => {
      onFault(fault);
      res.destroy();
    });
  });
  server.on("clientError", refuseUnparsed);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  return {
    host: address.address,
    port: address.port,
    close: (graceMs) => closeServer(server, graceMs),
  };
}

type IsTrusted = ReturnType<typeof proxyAddr.compile>;

async function serve(
  req: http.IncomingMessage,
  res: http.ServerResponse,
  { api, isTrusted }: { api: Api; isTrusted: IsTrusted },
): Promise<void> {
  const body = await readBounded(req);
  if (req.socket.destroyed) return;
  const request = toRequest(req, body);
  if (request === undefined) return refuseRaw(req.socket, "bad-request");
  const answer = await api(request, connectionOf(req, isTrusted));
  if (answer instanceof EventStream) {
    res.writeHead(200, Object.fromEntries(answer.headers));
    res.flushHeaders();
    req.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    if (!req.socket.destroyed) answer.open(createSink(res));
    return;
  }
  const isCut = body.length > LIMITS.postBytes;
  if (isCut) answer.headers.set("connection", "close");
  await respond(req, res, answer);
  if (isCut) destroyLater(req.socket);
}

/** Not at once: a connection that ends with unread bytes takes its answer with it. */
function destroyLater(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
}

/**
 * At most one byte more than any endpoint takes: enough for it to see that the
 * body is too long. What follows stays unread.
 */
function readBounded(req: http.IncomingMessage): Promise<Uint8Array> {
  if (req.method === "GET" || req.method === "HEAD") {
    req.resume();
    return Promise.resolve(new Uint8Array());
  }
  return new Promise((resolve) => {
    const limit = LIMITS.postBytes + 1;
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

/** Undefined when the head makes no web Request: no Host, a foreign form of target. */
function toRequest(
  req: http.IncomingMessage,
  body: Uint8Array,
): Request | undefined {
  const { method = "GET", url = "", headers: { host } } = req;
  if (host === undefined || /[/?#@\\]/.test(host) || !url.startsWith("/")) {
    return undefined;
  }
  const hasBody = body.length > 0;
  try {
    return new Request(`http://${host}${url}`, {
      method,
      headers: req.rawHeaders.reduce(appendHeader, new Headers()),
      body: hasBody ? body as Uint8Array<ArrayBuffer> : null,
    });
  } catch {
    return undefined;
  }
}

/** Raw headers alternate between names and values. */
function appendHeader(
  headers: Headers,
  name: string,
  at: number,
  raw: string[],
): Headers {
  if (at % 2 === 0) headers.append(name, raw[at + 1]!);
  return headers;
}

function connectionOf(
  req: http.IncomingMessage,
  isTrusted: IsTrusted,
): Connection {
  const { socket } = req;
  const peer = socket.remoteAddress ?? "";
  const client = proxyAddr(req, isTrusted);
  const forwarded = `${req.headers["x-forwarded-proto"] ?? ""}`;
  const isHttps = forwarded === "https" && isTrusted(peer, 0);
  return {
    clientAddress: normaliseAddress(isAddress(client) ? client : peer),
    localAddress: normaliseAddress(socket.localAddress ?? ""),
    localPort: socket.localPort ?? 0,
    scheme: isHttps ? "https" : "http",
  };
}

async function respond(
  req: http.IncomingMessage,
  res: http.ServerResponse,
  response: Response,
): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  const headers = Object.fromEntries(response.headers);
  if (response.body !== null) headers["content-length"] = `${body.length}`;
  res.writeHead(response.status, headers);
  res.end(req.method === "HEAD" ? undefined : body);
}

function createSink(res: http.ServerResponse): Sink {
  const sink: Sink = {
    write(bytes) {
      res.write(bytes, () => {
        if (res.writableLength === 0) sink.onDrain();
      });
    },
    get unsentBytes() {
      return res.writableLength;
    },
    onDrain: () => {},
    onClose: () => {},
    end: () => res.end(),
    destroy: () => res.destroy(),
  };
  res.once("close", () => sink.onClose());
  res.on("error", () => {}); // a connection that broke: "close" follows
  return sink;
}

/** What the parser refused never becomes a request; the answer is made by hand. */
function refuseUnparsed(
  error: Error & { code?: string },
  socket: Socket,
): void {
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") {
    refuseRaw(socket, "request-timeout");
  } else if (/overflow/i.test(error.message)) {
    refuseRaw(socket, "headers-too-large");
  } else {
    refuseRaw(socket, "bad-request");
  }
}

function refuseRaw(
  socket: Socket,
  code: "request-timeout" | "headers-too-large" | "bad-request",
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, title } = PROBLEMS[code];
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nConnection: close\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${title.length}\r\n\r\n${title}`,
  );
}

async function closeServer(
  server: http.Server,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
