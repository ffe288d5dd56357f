import { assert, assertEquals } from "@std/assert";
import { Peer } from "../testing/turn_client.ts";
import { bindUdp, isOversized } from "./udp_socket.ts";

Deno.test("a socket is bound when there is one, else the reason is the system's", () => {
  const bound = bindUdp("127.0.0.1", 0);
  assert(bound.ok);
  const { port } = bound.socket;
  const again = bindUdp("127.0.0.1", port);
  assertEquals(again.ok ? "" : again.error.code, "EADDRINUSE");
  const foreign = bindUdp("198.51.100.1", 0);
  assertEquals(foreign.ok ? "" : foreign.error.code, "EADDRNOTAVAIL");
  bound.socket.close();
});

Deno.test("a datagram that fills the buffer may have been larger", () => {
  assert(isOversized(new Uint8Array(2048)));
  assert(!isOversized(new Uint8Array(2047)));
});

Deno.test("what comes is told: empty, cut short, and after a peer that is not there", async () => {
  const bound = bindUdp("127.0.0.1", 0);
  assert(bound.ok);
  const { socket } = bound;
  const gone = await Peer.open();
  const { address, port } = gone;
  await gone[Symbol.asyncDispose]();
  for (let i = 0; i < 5; i++) {
    await socket.send(new Uint8Array(1), { address, port });
  }
  await using peer = await Peer.open();
  for (const size of [0, 1, 2047, 2048, 2049, 60_000]) {
    const { promise, resolve } = Promise.withResolvers<number>();
    socket.onDatagram = (bytes, from) => {
      assertEquals(from.port, peer.port);
      resolve(bytes.length);
    };
    peer.send(new Uint8Array(size), { address, port: socket.port });
    assertEquals(await promise, Math.min(size, 2048));
  }
  socket.close();
});
