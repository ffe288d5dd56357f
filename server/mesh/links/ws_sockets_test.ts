import { assertEquals } from "@std/assert";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { LinkSocket } from "./link_socket.ts";
import type { Upgrade } from "../../api/upgrades.ts";
import { WsSockets } from "./ws_sockets.ts";

/** What a test does at each end. */
interface Ends {
  readonly answer: (upgrade: Upgrade, sockets: WsSockets) => void;
  readonly dial: (origin: string, sockets: WsSockets) => Promise<void>;
}

async function connect({ answer, dial }: Ends): Promise<void> {
  const sockets = new WsSockets();
  const server = http.createServer();
  server.on(
    "upgrade",
    (request, socket, head) => answer({ request, socket, head }, sockets),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    await dial(`http://127.0.0.1:${port}`, sockets);
  } finally {
    sockets.close();
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }
}

/** What a socket tells until it is closed. */
function tale(socket: LinkSocket): Promise<string[]> {
  const told: string[] = [];
  return new Promise((resolve) =>
    socket.events = {
      opened: () => told.push("opened"),
      received: (text) => told.push(text),
      drained() {},
      closed: (isBusy) => resolve([...told, isBusy ? "busy" : "closed"]),
    }
  );
}

for (
  const [status, told] of [
    [429, "busy"],
    [503, "busy"],
    [404, "closed"],
    [200, "closed"],
  ] as const
) {
  Deno.test(`a node that answers ${status} in place of a link is ${told}`, () =>
    connect({
      answer: ({ socket }) =>
        void socket.end(`HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`),
      async dial(origin, sockets) {
        assertEquals(await tale(sockets.dial(origin)), [told]);
      },
    }));
}

Deno.test("texts arrive in order, and who has no place says so at the end", () =>
  connect({
    answer: (upgrade, sockets) =>
      sockets.accept(upgrade, (socket) => {
        for (const text of ["one", "two"]) socket.send(text);
        socket.endBusy();
      }),
    async dial(origin, sockets) {
      assertEquals(await tale(sockets.dial(origin)), [
        ...["opened", "one", "two", "busy"],
      ]);
    },
  }));

Deno.test("nobody at an origin is told as the end, after which nothing is sent", () =>
  connect({
    answer() {},
    async dial(_, sockets) {
      const socket = sockets.dial("http://127.0.0.1:1");
      assertEquals(await tale(socket), ["closed"]);
      socket.send("unheard");
      assertEquals([socket.isOpen, socket.unsentBytes], [false, 0]);
    },
  }));
