/**
 * The only place that knows `node:http`: sockets to requests, answers to
 * sockets. `Deno.serve` would be faster for short answers, but a stream costs
 * it four times the memory, and it cannot close a reader that stopped reading.
 */

import { Buffer } from "node:buffer";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import proxyAddr from "proxy-addr";
import { isAddress, normaliseAddress, withoutPort } from "../address.ts";
import { SERVER_LIMITS } from "../limits.ts";
import type { Sink } from "../rooms/subscriber.ts";
import { type Connection, EventStream } from "./exchange.ts";

import { problemOf, PROBLEMS } from "./problem.ts";
import type { Api } from "./router.ts";

const KEEP_ALIVE_MS = 30_000;
/** After refusing a body, for how long the client may read the refusal. */
const LINGER_MS = 1000;

/** A listening socket. */
export interface HttpListener {
  readonly host: string;
  readonly port: number;
  /** Connections open. */
  readonly connections: number;
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
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections++;
    socket.once("close", () => connections--);
  });
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
    get connections() {
      return connections;
    },
    close: (graceMs) => closeServer(server, graceMs),
  };
}

type IsTrusted = ReturnType<typeof proxyAddr.compile>;

/** Requests of a connection that are not yet answered. */
const unanswered = new WeakMap<Socket, number>();
/** Connections on which a body is still to come. */
const receiving = new WeakSet<Socket>();

async function serve(
  req: http.IncomingMessage,
  res: http.ServerResponse,
  { api, isTrusted }: { api: Api; isTrusted: IsTrusted },
): Promise<void> {
  const { socket } = req;
  if (!countRequest(socket, res)) return;
  const fault = faultOfHead(req);
  if (fault !== undefined) return refuseRaw(socket, fault, 1);
  receiving.add(socket);
  const body = await readBounded(req);
  receiving.delete(socket);
  // A peer that has gone has no address, and nobody waits for the answer.
  if (socket.destroyed || socket.remoteAddress === undefined) return;
  const isCut = body.length > SERVER_LIMITS.postBytes;
  if (isCut && req.method !== "POST") {
    return refuseRaw(socket, "body-too-large", 1);
  }
  const request = toRequest(req, body);
  if (request === undefined) return refuseRaw(socket, "bad-request", 1);
  const answer = await api(request, connectionOf(req, isTrusted));
  if (answer instanceof EventStream) {
    res.writeHead(200, Object.fromEntries(answer.headers));
    res.flushHeaders();
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    if (!socket.destroyed) answer.open(createSink(res));
    return;
  }
  if (isCut) answer.headers.set("connection", "close");
  await respond(req, res, answer);
  if (isCut) destroyLater(socket);
}

/**
 * False when a connection asks on without reading: `node:http` would hold every
 * answer in memory. Browsers do not pipeline; few others do.
 */
function countRequest(socket: Socket, res: http.ServerResponse): boolean {
  const count = (unanswered.get(socket) ?? 0) + 1;
  if (socket.destroyed || count > SERVER_LIMITS.pipelinedRequests) {
    socket.destroy();
    return false;
  }
  unanswered.set(socket, count);
  res.once("close", () => {
    unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1);
  });
  return true;
}

/** What makes a request unusable before its body is read. */
function faultOfHead(req: http.IncomingMessage): RawRefusal | undefined {
  const { rawHeaders } = req;
  if (rawHeaders.length > 2 * SERVER_LIMITS.headers) return "headers-too-large";
  const hosts = rawHeaders.filter((name, at) =>
    at % 2 === 0 && /^host$/i.test(name)
  );
  const { headers } = req;
  const coding = headers["transfer-encoding"] ?? "chunked";
  if (hosts.length !== 1 || coding.toLowerCase() !== "chunked") {
    return "bad-request";
  }
  const isLong =
    Number(headers["content-length"] ?? 0) > SERVER_LIMITS.postBytes;
  return isLong ? "body-too-large" : undefined;
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
  const { headers } = req;
  const hasBody = headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > 0;
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
function toRequest(
  req: http.IncomingMessage,
  body: Uint8Array,
): Request | undefined {
  const { method = "GET", url = "", headers } = req;
  const target = targetOf(url, headers.host ?? "");
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
  if (/^http:\/\//i.test(url)) return URL.parse(url)?.href;
  if (!url.startsWith("/") || /[/?#@\\]/.test(host)) return undefined;
  return `http://${host}${url}`;
}

function connectionOf(
  req: http.IncomingMessage,
  isTrusted: IsTrusted,
): Connection {
  const { socket } = req;
  const peer = socket.remoteAddress ?? "";
  const client = withoutPort(proxyAddr(req, isTrusted));
  const forwarded = `${req.headers["x-forwarded-proto"] ?? ""}`;
  const isHttps = /^https\b/i.test(forwarded) && isTrusted(peer, 0);
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
    refuseRaw(socket, "request-timeout", receiving.has(socket) ? 1 : 0);
  } else if (/overflow/i.test(error.message)) {
    refuseRaw(socket, "headers-too-large");
  } else {
    refuseRaw(socket, "bad-request");
  }
}

/** Refusals that are made before there is a Request to answer. */
type RawRefusal =
  | "bad-request"
  | "body-too-large"
  | "headers-too-large"
  | "request-timeout";

/**
 * Not into the middle of another answer: then the connection just ends. `own`
 * is 1 when the refused request is itself counted as unanswered.
 */
function refuseRaw(socket: Socket, code: RawRefusal, own = 0): void {
  const isAnswering = (unanswered.get(socket) ?? 0) > own;
  if (isAnswering || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, title } = PROBLEMS[code];
  const body = JSON.stringify(problemOf({ code, detail: RAW_DETAILS[code] }));
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nConnection: close\r\n` +
      "Access-Control-Allow-Origin: *\r\n" +
      "Content-Type: application/problem+json\r\n" +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  destroyLater(socket);
}

const { postBytes, headers, headerBytes, headerSeconds, requestSeconds } =
  SERVER_LIMITS;

const RAW_DETAILS: Record<RawRefusal, string> = {
  "bad-request": "This is no HTTP request that this node can read.",
  "body-too-large": `A body has at most ${postBytes} bytes.`,
  "headers-too-large":
    `A request's head has at most ${headerBytes} bytes and ` +
    `${headers} headers.`,
  "request-timeout":
    `A request's head must arrive within ${headerSeconds} s, ` +
    `the whole of it within ${requestSeconds} s.`,
};

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
