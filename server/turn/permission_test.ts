/** CreatePermission, RFC 8656, section 10, and what permissions let through. */

import { assertEquals } from "@std/assert";
import { turnTest } from "../testing/test_turn.ts";
import {
  addressIn,
  Peer,
  relayedIn,
  type TurnClient,
} from "../testing/turn_client.ts";
import { ATTRIBUTE } from "./attributes.ts";
import { METHOD } from "./message.ts";

const DATA = Uint8Array.of(1, 2, 3, 4, 5);

/** The payload of the next Data indication, and who sent it. */
async function received(client: TurnClient) {
  const message = await client.receive();
  assertEquals(message.method, METHOD.data);
  return {
    data: [...message.valueOf(ATTRIBUTE.data)!],
    from: addressIn(message, ATTRIBUTE.xorPeerAddress),
  };
}

turnTest(
  "a permitted peer is sent to, and heard, with payloads of any size",
  async (turn) => {
    await using peer = await Peer.open();
    const client = await turn.client();
    const relayed = relayedIn(await client.allocate());
    const permitted = await client.permit(peer);
    assertEquals([permitted.code, permitted.isSigned], [0, true]);
    for (const size of [0, 1, 2, 3, 4, 1200]) {
      const data = new Uint8Array(size).fill(size);
      client.sendTo(peer, data);
      const sent = await peer.inbox.next();
      assertEquals([...sent.data], [...data]);
      assertEquals(sent.from, relayed);
      peer.send(data, relayed);
      const { address, port } = peer;
      assertEquals(await received(client), {
        data: [...data],
        from: { address, port },
      });
    }
    const { relayedPackets, relayedBytes } = turn.server.totals;
    assertEquals(relayedPackets, { sent: 6, received: 6 });
    assertEquals(relayedBytes, { sent: 1210, received: 1210 });
  },
);

turnTest("a permission is for an address, whatever the port", async (turn) => {
  await using peer = await Peer.open();
  await using other = await Peer.open();
  const client = await turn.client();
  const relayed = relayedIn(await client.allocate());
  await client.permit({ address: peer.address, port: 0 });
  other.send(DATA, relayed);
  assertEquals((await received(client)).from.port, other.port);
});

turnTest("without a permission nothing passes either way", async (turn) => {
  await using stranger = await Peer.open("127.0.0.2");
  await using peer = await Peer.open();
  const client = await turn.client();
  const relayed = relayedIn(await client.allocate());
  await client.permit(peer);
  client.sendTo(stranger, DATA);
  client.sendTo(peer, DATA);
  await peer.inbox.next();
  stranger.send(Uint8Array.of(9), relayed);
  peer.send(DATA, relayed);
  assertEquals((await received(client)).data, [...DATA]);
  assertEquals(turn.server.totals.dropped["no-permission"], 2);
});

for (
  const [ageMs, isOpen] of [[299_999, true], [300_000, false], [
    300_001,
    false,
  ]] as const
) {
  turnTest(
    `a permission of ${ageMs} ms ${isOpen ? "holds" : "has expired"}`,
    async (turn) => {
      await using peer = await Peer.open();
      const client = await turn.client();
      const relayed = relayedIn(await client.allocate());
      await client.permit(peer);
      turn.clock.advance(ageMs);
      client.sendTo(peer, DATA);
      peer.send(DATA, relayed);
      if (isOpen) {
        await peer.inbox.next();
        assertEquals((await received(client)).data, [...DATA]);
        return;
      }
      await client.permit(peer); // comes after what was sent before
      assertEquals(turn.server.totals.relayedPackets.sent, 0);
      assertEquals(turn.server.totals.dropped["no-permission"]! >= 1, true);
      client.sendTo(peer, DATA);
      assertEquals([...(await peer.inbox.next()).data], [...DATA]);
    },
  );
}

turnTest("permitting again prolongs", async (turn) => {
  await using peer = await Peer.open();
  const client = await turn.client();
  await client.allocate();
  await client.permit(peer);
  turn.clock.advance(200_000);
  await client.permit(peer);
  turn.clock.advance(299_999);
  client.sendTo(peer, DATA);
  assertEquals([...(await peer.inbox.next()).data], [...DATA]);
});

turnTest(
  "peers of another family are refused, and so is a request without one",
  async (turn) => {
    const client = await turn.client();
    await client.allocate();
    assertEquals((await client.permit({ address: "::1", port: 9 })).code, 443);
    assertEquals(
      (await client.bindChannel(0x4000, { address: "::1", port: 9 })).code,
      443,
    );
    assertEquals((await client.permit()).code, 400);
    const broken = await client.request(
      METHOD.createPermission,
      (request) => request.addText(ATTRIBUTE.xorPeerAddress, "broken"),
    );
    assertEquals([broken.code, broken.isSigned], [400, true]);
  },
);

turnTest(
  "peers in private networks are refused, all or none are permitted",
  async (turn) => {
    const client = await turn.client();
    await client.allocate();
    const forbidden = [
      ...["127.0.0.2", "10.0.0.1", "192.168.1.1", "169.254.169.254"],
      ...["224.0.0.1", "0.0.0.0", "255.255.255.255", "100.64.0.1"],
    ];
    const open = { address: "1.1.1.1", port: 9 };
    for (const address of forbidden) {
      const peer = { address, port: 9 };
      const answer = await client.permit(open, peer);
      assertEquals([answer.code, answer.isSigned], [403, true], address);
      assertEquals((await client.bindChannel(0x4000, peer)).code, 403, address);
    }
    client.sendTo(open, DATA);
    assertEquals((await client.permit(open)).code, 0);
    assertEquals(turn.server.totals.dropped["no-permission"], 1);
  },
  { options: { allowPrivate: false } },
);

turnTest("the server's own listener is no peer", async (turn) => {
  const own = turn.endpoint();
  const client = await turn.client();
  await client.allocate();
  assertEquals((await client.bindChannel(0x4000, own)).code, 403);
  assertEquals((await client.permit(own)).code, 0); // the address is others' too
  client.sendTo(own, DATA);
  await client.refresh();
  assertEquals(turn.server.totals.dropped["forbidden-peer"], 1);
});

turnTest(
  "nor is it at the address that a NAT gives it",
  async (turn) => {
    const { port } = turn.endpoint();
    const client = await turn.client();
    await client.allocate();
    const own = { address: "1.1.1.1", port };
    assertEquals((await client.bindChannel(0x4000, own)).code, 403);
    const other = { address: "1.1.1.1", port: 9 };
    assertEquals((await client.bindChannel(0x4000, other)).code, 0);
    client.sendTo(own, DATA);
    await client.refresh();
    assertEquals(turn.server.totals.dropped["forbidden-peer"], 1);
  },
  { options: { externalIp: "1.1.1.1" } },
);

turnTest(
  "there are so many permissions, until some expire",
  async (turn) => {
    const client = await turn.client();
    await client.allocate();
    const peer = (last: number) => ({ address: `127.0.0.${last}`, port: 9 });
    assertEquals((await client.permit(peer(1), peer(2))).code, 0);
    assertEquals((await client.permit(peer(1), peer(3))).code, 508);
    assertEquals((await client.bindChannel(0x4000, peer(3))).code, 508);
    assertEquals((await client.permit(peer(1))).code, 0);
    turn.clock.advance(300_000);
    assertEquals((await client.permit(peer(3), peer(4))).code, 0);
  },
  { limits: { turnPermissions: 2 } },
);

turnTest(
  "Send with what must be understood, without data, or to port 0, is dropped",
  async (turn) => {
    await using peer = await Peer.open();
    const client = await turn.client();
    await client.allocate();
    await client.permit(peer);
    client.sendTo(peer, DATA, (request) => request.addText(0x7ff0, "?"));
    client.sendTo(
      peer,
      DATA,
      (request) => request.add(ATTRIBUTE.dontFragment, new Uint8Array()),
    );
    client.sendTo({ address: peer.address, port: 0 }, DATA);
    client.sendTo(peer, DATA, (request) => request.addText(0x8ff0, "?"));
    assertEquals([...(await peer.inbox.next()).data], [...DATA]);
    assertEquals(turn.server.totals.dropped["malformed"], 3);
  },
);
