import { assert, assertEquals } from "@std/assert";
import { Peer } from "../testing/turn_client.ts";
import { Outbox } from "./outbox.ts";
import { bindUdp } from "./udp_socket.ts";

Deno.test("so many datagrams may wait; one that was sent makes place", async () => {
  const bound = bindUdp("127.0.0.1", 0);
  assert(bound.ok);
  await using peer = await Peer.open();
  const outbox = new Outbox(2);
  const { address, port } = peer;
  const send = (bytes: Uint8Array, to = port) =>
    outbox.send(bytes, { socket: bound.socket, address, port: to });
  const scratch = Uint8Array.of(1);
  const sent = [1, 2, 3].map((byte) => send(scratch.fill(byte)));
  assertEquals(sent, [true, true, false]);
  // The bytes are those of then, not of when they leave.
  const arrived = [await peer.inbox.next(), await peer.inbox.next()];
  assertEquals(arrived.map(({ data }) => data[0]).toSorted(), [1, 2]);
  while (!send(new Uint8Array(70_000))) await turnOfLoop(); // too long to be sent
  assert(send(scratch.fill(4)));
  assertEquals([...(await peer.inbox.next()).data], [4]);
  while (!send(scratch.fill(5)) || !send(scratch.fill(6))) await turnOfLoop();
  bound.socket.close();
});

Deno.test("more datagrams than leave at once keep their bytes", async () => {
  const bound = bindUdp("127.0.0.1", 0);
  assert(bound.ok);
  await using peer = await Peer.open();
  const outbox = new Outbox(200);
  const { address, port } = peer;
  const scratch = new Uint8Array(1);
  for (let i = 0; i < 200; i++) {
    scratch[0] = i;
    assert(outbox.send(scratch, { socket: bound.socket, address, port }));
  }
  const arrived = new Set<number>();
  for (let i = 0; i < 200; i++) arrived.add((await peer.inbox.next()).data[0]!);
  assertEquals(arrived.size, 200);
  bound.socket.close();
});

function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
