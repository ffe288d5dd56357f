/** A host on loopback that answers as a test says, bytes as they are. */

import net from "node:net";
import { once } from "node:events";

/** Such a host. */
export interface ScriptedHost extends AsyncDisposable {
  readonly port: number;
  /** First lines of the requests that came. */
  readonly requests: string[];
}

/** Listens at a free port; `answer` gets each connection once a request has come. */
export async function startScriptedHost(
  answer: (socket: net.Socket, requestLine: string) => void,
): Promise<ScriptedHost> {
  const requests: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}); // who asked has gone, which tests want
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", (data: Uint8Array) => {
      const [line] = new TextDecoder().decode(data).split("\r\n");
      requests.push(line!);
      answer(socket, line!);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  return {
    port,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A whole answer. */
export function respondWith(
  socket: net.Socket,
  { status = "200 OK", headers = "", body = "" }: {
    status?: string;
    headers?: string;
    body?: string;
  },
): void {
  const length = new TextEncoder().encode(body).length;
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-length: ${length}\r\n${headers}\r\n${body}`,
  );
}

/** Small writes would keep the test busy, and not the one under test. */
const PIECE_BYTES = 20_000;

/** The same bytes for as long as they are read. */
export function pour(
  socket: net.Socket,
  { head = "", again }: { head?: string; again: string },
): void {
  const piece = again.repeat(Math.ceil(PIECE_BYTES / again.length));
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on("drain", more);
  socket.write(head);
  more();
}
