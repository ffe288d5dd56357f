/** Channels, RFC 8656, section 12. */

import { assertEquals } from "@std/assert";
import { turnTest } from "../testing/test_turn.ts";
import {
  channelData,
  newRequest,
  Peer,
  relayedIn,
} from "../testing/turn_client.ts";
import { METHOD } from "./message.ts";

const DATA = Uint8Array.of(1, 2, 3, 4, 5);

turnTest("a channel carries data both ways, of any size", async (turn) => {
  await using peer = await Peer.open();
  const client = await turn.client();
  const relayed = relayedIn(await client.allocate());
  const bound = await client.bindChannel(0x4001, peer);
  assertEquals([bound.code, bound.isSigned], [0, true]);
  for (const size of [0, 1, 2, 3, 4, 1200]) {
    const data = new Uint8Array(size).fill(size);
    client.sendOnChannel(0x4001, data);
    assertEquals([...(await peer.inbox.next()).data], [...data]);
    peer.send(data, relayed);
    assertEquals([...await client.inbox.next()], [
      ...channelData(0x4001, data),
    ]);
  }
});

turnTest("padding that UDP needs not is not data", async (turn) => {
  await using peer = await Peer.open();
  const client = await turn.client();
  await client.allocate();
  await client.bindChannel(0x4000, peer);
  client.sendOnChannel(0x4000, DATA, { isPadded: true });
  assertEquals([...(await peer.inbox.next()).data], [...DATA]);
});

turnTest(
  "data that looks like a message or a channel's is data",
  async (turn) => {
    await using peer = await Peer.open();
    const client = await turn.client();
    const relayed = relayedIn(await client.allocate());
    await client.bindChannel(0x4000, peer);
    const lookalikes = [
      channelData(0x4000, DATA),
      channelData(0x5555, DATA),
      newRequest(METHOD.binding).bytes,
      newRequest(METHOD.allocate).bytes,
    ];
    for (const data of lookalikes) {
      client.sendOnChannel(0x4000, data);
      assertEquals([...(await peer.inbox.next()).data], [...data]);
      peer.send(data, relayed);
      assertEquals([...await client.inbox.next()], [
        ...channelData(0x4000, data),
      ]);
    }
  },
);

turnTest("numbers go from 0x4000 to 0x7ffe", async (turn) => {
  const client = await turn.client();
  await client.allocate();
  const codes = [];
  for (
    const number of [0, 0x3fff, 0x4000, 0x4fff, 0x5000, 0x7ffe, 0x7fff, 0x8000]
  ) {
    const peer = { address: "127.0.0.1", port: 10_000 + number % 1000 };
    codes.push((await client.bindChannel(number, peer)).code);
  }
  assertEquals(codes, [400, 400, 0, 0, 0, 0, 400, 400]);
});

turnTest(
  "a number stands for one peer, and a peer has one number",
  async (turn) => {
    const client = await turn.client();
    await client.allocate();
    const one = { address: "127.0.0.1", port: 1001 };
    const other = { address: "127.0.0.1", port: 1002 };
    assertEquals((await client.bindChannel(0x4000, one)).code, 0);
    assertEquals((await client.bindChannel(0x4000, other)).code, 400);
    assertEquals((await client.bindChannel(0x4001, one)).code, 400);
    assertEquals((await client.bindChannel(0x4000, one)).code, 0);
    assertEquals((await client.bindChannel(0x4001, other)).code, 0);
    turn.clock.advance(600_000);
    await client.refresh();
  },
);

turnTest("what has expired may be bound anew", async (turn) => {
  await using one = await Peer.open();
  await using other = await Peer.open();
  const client = await turn.client(turn.credential(7200));
  await client.allocate((request) => request.addUint32(0x000d, 3600));
  await client.bindChannel(0x4000, one);
  turn.clock.advance(599_999);
  assertEquals((await client.bindChannel(0x4000, other)).code, 400);
  turn.clock.advance(1);
  assertEquals((await client.bindChannel(0x4000, other)).code, 0);
  assertEquals((await client.bindChannel(0x4001, one)).code, 0);
  client.sendOnChannel(0x4000, DATA);
  assertEquals([...(await other.inbox.next()).data], [...DATA]);
  client.sendOnChannel(0x4001, DATA);
  assertEquals([...(await one.inbox.next()).data], [...DATA]);
});

for (
  const [ageMs, isOpen] of [[599_999, true], [600_000, false], [
    600_001,
    false,
  ]] as const
) {
  turnTest(
    `a channel of ${ageMs} ms ${isOpen ? "holds" : "has expired"}`,
    async (turn) => {
      await using peer = await Peer.open();
      const client = await turn.client(turn.credential(7200));
      const allocated = await client.allocate((request) =>
        request.addUint32(0x000d, 3600)
      );
      await client.bindChannel(0x4000, peer);
      turn.clock.advance(ageMs);
      client.sendOnChannel(0x4000, DATA);
      peer.send(DATA, relayedIn(allocated));
      if (isOpen) {
        assertEquals([...(await peer.inbox.next()).data], [...DATA]);
        assertEquals([...await client.inbox.next()], [
          ...channelData(0x4000, DATA),
        ]);
        return;
      }
      await client.refresh(); // comes after what was sent before
      assertEquals(turn.server.totals.dropped["no-channel"], 1);
      assertEquals(turn.server.totals.relayedPackets.sent, 0);
    },
  );
}

turnTest(
  "a channel that expired gives back its peer to Data indications",
  async (turn) => {
    await using peer = await Peer.open();
    const client = await turn.client(turn.credential(7200));
    const allocated = await client.allocate((request) =>
      request.addUint32(0x000d, 3600)
    );
    await client.bindChannel(0x4000, peer);
    turn.clock.advance(600_000);
    await client.permit(peer);
    peer.send(DATA, relayedIn(allocated));
    assertEquals((await client.receive()).method, METHOD.data);
  },
);

turnTest(
  "data on a channel that was never bound, or cut short, is dropped",
  async (turn) => {
    await using peer = await Peer.open();
    const client = await turn.client();
    await client.allocate();
    await client.bindChannel(0x4000, peer);
    client.sendOnChannel(0x4001, DATA);
    client.sendRaw(channelData(0x4000, DATA).subarray(0, 8));
    client.sendOnChannel(0x4000, DATA);
    assertEquals([...(await peer.inbox.next()).data], [...DATA]);
    const { dropped } = turn.server.totals;
    assertEquals([dropped["no-channel"], dropped["malformed"]], [1, 1]);
  },
);

turnTest(
  "there are so many channels, until some expire",
  async (turn) => {
    const client = await turn.client(turn.credential(7200));
    await client.allocate((request) => request.addUint32(0x000d, 3600));
    const peer = (port: number) => ({ address: "127.0.0.1", port });
    assertEquals((await client.bindChannel(0x4000, peer(1000))).code, 0);
    assertEquals((await client.bindChannel(0x4001, peer(1001))).code, 0);
    assertEquals((await client.bindChannel(0x4002, peer(1002))).code, 508);
    assertEquals((await client.bindChannel(0x4000, peer(1000))).code, 0);
    turn.clock.advance(600_000);
    assertEquals((await client.bindChannel(0x4002, peer(1002))).code, 0);
  },
  { limits: { turnChannels: 2 } },
);
