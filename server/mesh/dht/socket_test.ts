import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import bencode from "bencode";
import { FakeClock } from "../../testing/fake_clock.ts";
import { turn as nextTurn } from "../../testing/fake_sink.ts";
import { DhtSocket, isReachable } from "./socket.ts";

const HOST = "127.0.0.1";
const PING = bencode.encode({
  t: Buffer.from("aa"),
  y: "q",
  q: "ping",
  a: { id: Buffer.alloc(20) },
});

/** A socket of the DHT, and one that sends to it. */
function createPair() {
  const clock = new FakeClock();
  const faults: unknown[] = [];
  const socket = new DhtSocket({
    host: HOST,
    clock,
    onFault: (fault) => faults.push(fault),
  });
  socket.bind(0);
  const at = { transport: "udp", hostname: HOST } as const;
  const other = Deno.listenDatagram({ ...at, port: 0 });
  const { port } = socket.address();
  const { traffic } = socket;
  async function send(bytes: Uint8Array, times = 1): Promise<void> {
    const before = traffic.datagrams.received;
    for (let i = 0; i < times; i++) {
      await other.send(bytes, { ...at, port });
      while (traffic.datagrams.received <= before + i) {
        await nextTurn();
      }
    }
  }
  function close(): void {
    socket.close();
    other.close();
  }
  const otherPort = (other.addr as Deno.NetAddr).port;
  return { socket, clock, faults, other, otherPort, traffic, send, close };
}

Deno.test("only public addresses are reachable, private ones too where that is wanted", () => {
  const reach = (host: string, allowPrivate = false, port = 1) =>
    isReachable({ host, port }, allowPrivate);
  assert(reach("8.8.8.8"));
  assert(!reach("8.8.8.8", false, 0));
  for (const host of ["127.0.0.1", "10.0.0.1", "192.168.1.1", "100.64.0.1"]) {
    assertEquals([reach(host), reach(host, true)], [false, true], host);
  }
  const never = ["169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255"];
  for (const host of [...never, "::1", "2001:db8::1", "a.example", "1.2.3"]) {
    assert(!reach(host) && !reach(host, true), host);
  }
});

Deno.test("nothing is sent to private addresses unless the DHT is one's own", async () => {
  const { socket, other, otherPort, traffic, close } = createPair();
  const send = () => socket.send(PING, 0, PING.length, otherPort, HOST);
  send();
  assertEquals([traffic.dropped.private, traffic.datagrams.sent], [1, 0]);
  socket.allowPrivate = true;
  send();
  assertEquals(Buffer.from((await other.receive())[0]), PING);
  assertEquals([traffic.dropped.private, traffic.datagrams.sent], [1, 1]);
  close();
});

Deno.test("an answer that would be fragmented is not sent: its asker may have forged the address", () => {
  const { socket, otherPort, traffic, close } = createPair();
  socket.allowPrivate = true;
  socket.send(new Uint8Array(1401), 0, 1401, otherPort, HOST);
  assertEquals([traffic.dropped.oversized, traffic.datagrams.sent], [1, 0]);
  close();
});

Deno.test("an exception of whoever listens is caught and told", async () => {
  const { socket, faults, send, close } = createPair();
  const fault = new Error("a fault of this test");
  socket.on("message", () => {
    throw fault;
  });
  await send(PING, 2);
  assertEquals(faults, [fault, fault]);
  close();
});

Deno.test("what is no message goes no further", async () => {
  const { socket, traffic, send, close } = createPair();
  const heard: Uint8Array[] = [];
  socket.on("message", (bytes: Uint8Array) => heard.push(bytes));
  await send(Buffer.from("d1:x"));
  await send(Buffer.alloc(2048, "l"));
  assertEquals([traffic.dropped.malformed, heard.length], [2, 0]);
  await send(PING);
  assertEquals([traffic.dropped.malformed, heard], [2, [PING]]);
  close();
});

Deno.test("of one address so many datagrams a second are looked at, and then again", async () => {
  const { clock, traffic, send, close } = createPair();
  await send(PING, 256);
  assertEquals(traffic.dropped.excess, 0);
  await send(PING);
  assertEquals(traffic.dropped.excess, 1);
  clock.advance(1000);
  await send(PING);
  assertEquals(traffic.dropped.excess, 1);
  close();
});
