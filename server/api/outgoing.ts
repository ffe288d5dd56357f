/** From answers to what `node:http` and `node:http2` write. */

import type http from "node:http";
import type http2 from "node:http2";
import type { Socket } from "node:net";
import { Buffer } from "node:buffer";
import type { Reply } from "./exchange.ts";
import type { Sink } from "../rooms/subscriber.ts";

const KEEP_ALIVE_MS = 30_000;

/** An answer of HTTP/1.1 or HTTP/2. */
export type Outgoing = http.ServerResponse | http2.Http2ServerResponse;

/** Sends a whole reply. Text leaves with its head in one write. */
export function respond(
  res: Outgoing,
  { status, headers, body }: Reply,
  { isHead }: { isHead: boolean },
): void {
  const length = typeof body === "string"
    ? Buffer.byteLength(body)
    : body.length;
  const isBodiless = status === 204 || status === 304;
  writeHead(
    res,
    status,
    isBodiless ? headers : { ...headers, "content-length": `${length}` },
  );
  if (isHead || isBodiless) res.end();
  else res.end(body);
}

/** Sends the head of a stream and hands out what writes the rest. */
export function openStream(res: Outgoing, headers: Reply["headers"]): Sink {
  if ("stream" in res) {
    writeHead(res, 200, headers);
    return new Http2Sink(res);
  }
  // It ends with its connection: no chunks to frame, one write for an event.
  res.useChunkedEncodingByDefault = false;
  writeHead(res, 200, { ...headers, connection: "close" });
  res.flushHeaders();
  return new SocketSink(res.socket!);
}

function writeHead(
  res: Outgoing,
  status: number,
  headers: Reply["headers"],
): void {
  (res as http.ServerResponse).writeHead(status, headers);
}

/** HTTP/1.1, past `node:http`, which would frame each event as a chunk. */
class SocketSink implements Sink {
  readonly #socket: Socket;
  onClose: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on("close", () => this.onClose?.());
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array, left?: () => void): void {
    this.#socket.write(bytes, left);
  }

  end(): void {
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

class Http2Sink implements Sink {
  readonly #res: http2.Http2ServerResponse;
  readonly #session: http2.Http2Session | undefined;
  onClose: (() => void) | undefined;

  constructor(res: http2.Http2ServerResponse) {
    this.#res = res;
    this.#session = res.stream.session;
    res.on("close", () => this.onClose?.());
    res.on("error", () => {}); // a connection that broke: "close" follows
  }

  /** What the stream's window holds back, and what the connection does. */
  get unsentBytes(): number {
    const { socket } = this.#session ?? {};
    return this.#res.writableLength + (socket?.writableLength ?? 0);
  }

  write(bytes: Uint8Array, left?: () => void): void {
    this.#res.write(bytes, left);
  }

  end(): void {
    this.#res.end();
  }

  /** The whole session: one stream that does not read tells that none is read. */
  destroy(): void {
    this.#session?.destroy();
  }
}
