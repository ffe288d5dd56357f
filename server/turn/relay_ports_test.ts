import { assert, assertEquals } from "@std/assert";
import { RelayPorts, type RelaySocket } from "./relay_ports.ts";
import { bindUdp } from "./udp_socket.ts";

const HOST = "127.0.0.1";

Deno.test("every port is had once, and again when it is given up", () => {
  const ports = new RelayPorts({ least: 22_000, most: 22_003 });
  const opened = Array.from({ length: 4 }, () => ports.open(HOST)!);
  const numbers = opened.map(({ port }) => port).toSorted();
  assertEquals(numbers, [22_000, 22_001, 22_002, 22_003]);
  assertEquals(ports.open(HOST), undefined);
  ports.close(opened[2]!);
  const again = ports.open(HOST)!;
  assertEquals(again.port, opened[2]!.port);
  for (const relay of [opened[0]!, opened[1]!, opened[3]!, again]) {
    ports.close(relay);
  }
  assertEquals(ports.size, 0);
});

Deno.test("a port of somebody else's is passed over", () => {
  const bound = bindUdp(HOST, 22_010);
  assert(bound.ok);
  const ports = new RelayPorts({
    least: 22_010,
    most: 22_011,
    random: () => 0,
  });
  const relay = ports.open(HOST)!;
  assertEquals(relay.port, 22_011);
  assertEquals(ports.openEven(HOST), undefined);
  ports.close(relay);
  assertEquals(ports.openPair(HOST), undefined);
  bound.socket.close();
});

Deno.test("a pair is an even port and the next", () => {
  const ports = new RelayPorts({ least: 22_021, most: 22_026 });
  const pairs: (readonly [RelaySocket, RelaySocket])[] = [];
  for (let pair; (pair = ports.openPair(HOST)) !== undefined;) pairs.push(pair);
  assertEquals(pairs.length, 2);
  for (const [even, odd] of pairs) {
    assertEquals([even.port % 2, odd.port], [0, even.port + 1]);
    ports.close(even);
    ports.close(odd);
  }
});
