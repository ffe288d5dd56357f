/** What is relayed between clients and peers besides the plain cases. */

import { assert, assertEquals } from "@std/assert";
import { turnTest } from "../testing/test_turn.ts";
import {
  addressIn,
  channelData,
  familyOf,
  Peer,
  relayedIn,
} from "../testing/turn_client.ts";
import { ATTRIBUTE } from "./attributes.ts";

const DATA = Uint8Array.of(1, 2, 3, 4, 5);

for (const allowPrivate of [true, false]) {
  turnTest(
    `two allocations of one server reach each other, private peers ${
      allowPrivate ? "allowed" : "refused"
    }`,
    async (turn) => {
      const [one, other] = [await turn.client(), await turn.client()];
      const [a, b] = [
        relayedIn(await one.allocate()),
        relayedIn(await other.allocate()),
      ];
      assertEquals((await one.bindChannel(0x4000, b)).code, 0);
      assertEquals((await other.permit(a)).code, 0);
      one.sendOnChannel(0x4000, DATA);
      const indication = await other.receive();
      assertEquals([...indication.valueOf(ATTRIBUTE.data)!], [...DATA]);
      assertEquals(addressIn(indication, ATTRIBUTE.xorPeerAddress), a);
      other.sendTo(a, DATA);
      assertEquals([...await one.inbox.next()], [...channelData(0x4000, DATA)]);
    },
    { options: { allowPrivate } },
  );
}

turnTest(
  "of the server's own address only relayed addresses are open to whom it is forbidden",
  async (turn) => {
    await using peer = await Peer.open();
    const client = await turn.client();
    const relayed = relayedIn(await client.allocate());
    assertEquals((await client.bindChannel(0x4000, turn.endpoint())).code, 403);
    assertEquals(
      (await client.bindChannel(0x4000, { ...relayed, port: 80 })).code,
      403,
    );
    assertEquals((await client.permit(relayed)).code, 0);
    client.sendTo(peer, DATA);
    client.sendTo(turn.endpoint(), DATA);
    await client.refresh();
    assertEquals(turn.server.totals.dropped["forbidden-peer"], 2);
  },
  {
    options: {
      allowPrivate: false,
      relayPorts: { least: 20_000, most: 20_100 },
    },
  },
);

turnTest("the other allocation needs a permission, too", async (turn) => {
  const [one, other] = [await turn.client(), await turn.client()];
  await one.allocate();
  const b = relayedIn(await other.allocate());
  await one.permit(b);
  one.sendTo(b, DATA);
  await one.refresh();
  assertEquals(turn.server.totals.dropped["no-permission"], 1);
});

turnTest(
  "a datagram that may have been cut short is dropped, not relayed",
  async (turn) => {
    await using peer = await Peer.open();
    const client = await turn.client();
    const relayed = relayedIn(await client.allocate());
    await client.bindChannel(0x4000, peer);
    for (const size of [2048, 4096, 9000, 60_000]) {
      peer.send(new Uint8Array(size), relayed);
      client.sendRaw(new Uint8Array(size).fill(0x40));
    }
    const most = new Uint8Array(2047).fill(7);
    peer.send(most, relayed);
    assertEquals([...await client.inbox.next()], [
      ...channelData(0x4000, most),
    ]);
    client.sendOnChannel(0x4000, most.subarray(4));
    assertEquals([...(await peer.inbox.next()).data], [...most.subarray(4)]);
    assertEquals(turn.server.totals.dropped["oversized"], 8);
  },
);

turnTest(
  "an allocation relays so many bytes a second",
  async (turn) => {
    await using peer = await Peer.open();
    const client = await turn.client();
    await client.allocate();
    await client.bindChannel(0x4000, peer);
    const send = () => client.sendOnChannel(0x4000, new Uint8Array(600));
    send();
    send();
    await client.refresh();
    assertEquals(turn.server.totals.dropped["rate"], 1);
    turn.clock.advance(199);
    send();
    await client.refresh();
    assertEquals(turn.server.totals.dropped["rate"], 2);
    turn.clock.advance(1);
    send();
    await client.refresh();
    assertEquals(turn.server.totals.relayedPackets.sent, 2);
    await peer.inbox.next();
    await peer.inbox.next();
  },
  { limits: { turnBytesPerSecondPerAllocation: 1000 } },
);

turnTest(
  "all allocations together relay so many bytes a second, and say how many they did",
  async (turn) => {
    await using peer = await Peer.open();
    const clients = [await turn.client(), await turn.client()];
    for (const client of clients) {
      await client.allocate();
      await client.bindChannel(0x4000, peer);
      client.sendOnChannel(0x4000, new Uint8Array(600));
      await client.refresh();
    }
    assertEquals(turn.server.totals.dropped["rate"], 1);
    assertEquals(turn.server.totals.bytesPerSecond, 0);
    turn.clock.advance(1000);
    const { bytesPerSecond, maxBytesPerSecond } = turn.server.totals;
    assertEquals([bytesPerSecond, maxBytesPerSecond], [600, 1000]);
    turn.clock.advance(1000);
    assertEquals(turn.server.totals.bytesPerSecond, 0);
  },
  { limits: { turnBytesPerSecond: 1000 } },
);

turnTest("an allocation that has expired relays nothing more", async (turn) => {
  await using peer = await Peer.open();
  const client = await turn.client(turn.credential(7200));
  await client.allocate();
  turn.clock.advance(300_000);
  await client.bindChannel(0x4000, peer);
  turn.clock.advance(299_999);
  client.sendOnChannel(0x4000, DATA);
  await peer.inbox.next();
  turn.clock.advance(1);
  client.sendOnChannel(0x4000, DATA);
  assertEquals((await client.refresh()).code, 437);
  assertEquals(turn.server.totals.dropped["no-allocation"], 1);
});

turnTest("a peer where nobody listens does no harm", async (turn) => {
  const closed = await Peer.open();
  const { address, port } = closed;
  await closed[Symbol.asyncDispose]();
  await using peer = await Peer.open();
  const client = await turn.client();
  await client.allocate();
  await client.permit(peer);
  for (let i = 0; i < 20; i++) client.sendTo({ address, port }, DATA);
  client.sendTo(peer, DATA);
  assertEquals([...(await peer.inbox.next()).data], [...DATA]);
});

turnTest(
  "IPv6 clients and peers are served as IPv4 ones are",
  async (turn) => {
    await using peer = await Peer.open("::1");
    const client = await turn.client(turn.credential(), "::1");
    const answer = await client.allocate(familyOf(2));
    const relayed = relayedIn(answer);
    assertEquals([answer.code, relayed.address], [0, "::1"]);
    const mapped = addressIn(answer.message, ATTRIBUTE.xorMappedAddress);
    assertEquals(mapped.address, "::1");
    assertEquals(
      (await client.permit({ address: "127.0.0.1", port: 9 })).code,
      443,
    );
    assertEquals((await client.permit(peer)).code, 0);
    client.sendTo(peer, DATA);
    assertEquals([...(await peer.inbox.next()).data], [...DATA]);
    peer.send(DATA, relayed);
    const indication = await client.receive();
    assertEquals([...indication.valueOf(ATTRIBUTE.data)!], [...DATA]);
    const from = addressIn(indication, ATTRIBUTE.xorPeerAddress);
    assertEquals(from, { address: "::1", port: peer.port });
    assertEquals((await client.bindChannel(0x4000, peer)).code, 0);
    client.sendOnChannel(0x4000, DATA);
    assertEquals([...(await peer.inbox.next()).data], [...DATA]);
  },
  { options: { hosts: ["127.0.0.1", "::1"] } },
);

turnTest(
  "an IPv4 client may have an IPv6 relay",
  async (turn) => {
    await using peer = await Peer.open("::1");
    const client = await turn.client();
    const answer = await client.allocate(familyOf(2));
    assert(answer.code === 0);
    await client.bindChannel(0x4000, peer);
    client.sendOnChannel(0x4000, DATA);
    assertEquals([...(await peer.inbox.next()).data], [...DATA]);
  },
  { options: { hosts: ["127.0.0.1", "::1"] } },
);
