import { assert, assertEquals } from "@std/assert";
import { bindUdp, isOversized } from "./udp_socket.ts";

Deno.test("a socket is bound when there is one, else the reason is the system's", () => {
  const bound = bindUdp("127.0.0.1", 0);
  assert(bound.ok);
  const { port } = bound.socket.address();
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
