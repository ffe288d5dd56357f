/** From answers to what `node:http` and `node:http2` write. */

import type http from "node:http";
import type http2 from "node:http2";
import type { Sink } from "../rooms/subscriber.ts";

/** An answer of HTTP/1.1 or HTTP/2. */
export type Outgoing = http.ServerResponse | http2.Http2ServerResponse;

/** Sends a whole response. */
export async function respond(
  res: Outgoing,
  response: Response,
  { isHead }: { isHead: boolean },
): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  const headers = Object.fromEntries(response.headers);
  if (response.body !== null) headers["content-length"] = `${body.length}`;
  writeHead(res, { status: response.status, headers });
  if (isHead) res.end();
  else res.end(body);
}

/** Sends the head of a stream and hands out what writes the rest. */
export function openStream(res: Outgoing, headers: Headers): Sink {
  const isHttp1 = !("stream" in res);
  writeHead(res, {
    status: 200,
    headers: {
      ...Object.fromEntries(headers),
      // A stream that ends takes its connection along, be its reader there or not.
      ...(isHttp1 ? { connection: "close" } : {}),
    },
  });
  if (isHttp1) res.flushHeaders();
  return createSink(res);
}

function writeHead(
  res: Outgoing,
  { status, headers }: { status: number; headers: Record<string, string> },
): void {
  (res as http.ServerResponse).writeHead(status, headers);
}

function createSink(res: Outgoing): Sink {
  const { stream } = res as http2.Http2ServerResponse;
  const session = stream?.session;
  const sink: Sink = {
    write(bytes) {
      (res as http.ServerResponse).write(bytes, () => {
        if (res.writableLength === 0) sink.onDrain();
      });
    },
    /** With HTTP/2 what the stream's window holds back, and what the connection does. */
    get unsentBytes() {
      return res.writableLength + (session?.socket?.writableLength ?? 0);
    },
    onDrain: () => {},
    onClose: () => {},
    end: () => res.end(),
    destroy: () => session === undefined ? res.destroy() : session.destroy(),
  };
  res.once("close", () => sink.onClose());
  res.on("error", () => {}); // a connection that broke: "close" follows
  return sink;
}
