/** TURN over TCP and TLS, on real sockets. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  makeCertificate,
  opensslMissing,
  servedSerial,
} from "../testing/certificates.ts";
import { turnTest, withTurn } from "../testing/test_turn.ts";
import { channelData, Peer, relayedIn } from "../testing/turn_client.ts";
import { ATTRIBUTE } from "./attributes.ts";
import { METHOD } from "./message.ts";

const DATA = Uint8Array.of(1, 2, 3, 4, 5);

/** Lets a turn of the event loop pass, until something holds; the test runner bounds it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

turnTest("over TCP data of a channel is padded both ways", async (turn) => {
  await using peer = await Peer.open();
  const client = await turn.streamClient();
  const relayed = relayedIn(await client.allocate());
  assertEquals((await client.bindChannel(0x4000, peer)).code, 0);
  for (const size of [0, 1, 2, 3, 4, 5, 1200]) {
    const data = new Uint8Array(size).fill(size);
    client.sendOnChannel(0x4000, data, { isPadded: true });
    assertEquals([...(await peer.inbox.next()).data], [...data]);
    peer.send(data, relayed);
    assertEquals(
      [...await client.inbox.next()],
      [...channelData(0x4000, data, { isPadded: true })],
    );
  }
});

turnTest(
  "over TCP messages may come in pieces, and several at once",
  async (turn) => {
    await using peer = await Peer.open();
    const client = await turn.streamClient();
    await client.allocate();
    await client.bindChannel(0x4000, peer);
    const one = channelData(0x4000, DATA, { isPadded: true });
    const stream = Uint8Array.from([...one, ...one, ...one, ...one]);
    for (const byte of stream.subarray(0, 15)) {
      client.sendRaw(
        Uint8Array.of(byte),
      );
    }
    client.sendRaw(stream.subarray(15));
    for (let i = 0; i < 4; i++) {
      assertEquals([...(await peer.inbox.next()).data], [...DATA]);
    }
  },
);

turnTest("an allocation ends with its connection", async (turn) => {
  const client = await turn.streamClient();
  await client.allocate();
  assertEquals(turn.server.totals.allocations, 1);
  await client.close();
  await until(() => turn.server.totals.allocations === 0);
});

turnTest("what is no message ends the connection", async (turn) => {
  const client = await turn.streamClient();
  await client.allocate();
  client.sendRaw(new TextEncoder().encode("\xffGET / HTTP/1.1\r\n\r\n"));
  await client.closed;
  await until(() => turn.server.totals.allocations === 0);
  assertEquals(turn.server.totals.dropped["malformed"], 1);
});

for (const [ageMs, isOpen] of [[9000, true], [10_000, false]] as const) {
  turnTest(
    `a connection without an allocation for ${ageMs} ms is ${
      isOpen ? "kept" : "ended"
    }`,
    async (turn) => {
      const client = await turn.streamClient();
      assertEquals((await client.ask(METHOD.binding)).code, 0);
      client.sendRaw(Uint8Array.of(0, 1)); // half a head does not keep it
      turn.clock.advance(ageMs);
      if (!isOpen) return await client.closed;
      client.sendRaw(
        Uint8Array.of(0, 0, 0x21, 0x12, 0xa4, 0x42, ...Array(12).fill(1)),
      );
      assert((await client.receive()).has(ATTRIBUTE.xorMappedAddress));
    },
  );
}

turnTest(
  "a connection with an allocation is kept, and after it for a while",
  async (turn) => {
    const client = await turn.streamClient();
    await client.allocate();
    turn.clock.advance(60_000);
    assertEquals((await client.refresh(0)).code, 0);
    turn.clock.advance(9000);
    assertEquals((await client.ask(METHOD.binding)).code, 0);
    turn.clock.advance(1000);
    await client.closed;
  },
);

turnTest(
  "what would wait for a reader beyond the bound is dropped",
  async (turn) => {
    await using peer = await Peer.open();
    const client = await turn.streamClient();
    const relayed = relayedIn(await client.allocate());
    await client.bindChannel(0x4000, peer);
    const data = new Uint8Array(1200);
    peer.send(data, relayed);
    peer.send(data, relayed);
    await until(() => (turn.server.totals.dropped["slow-reader"] ?? 0) > 0);
  },
  { limits: { turnSendBufferBytes: 1000 } },
);

turnTest(
  "over the bound of an address the oldest connection without an allocation is ended",
  async (turn) => {
    const holder = await turn.streamClient();
    await holder.allocate();
    const idle = await turn.streamClient();
    await idle.ask(METHOD.binding);
    const newcomer = await turn.streamClient();
    await idle.closed;
    assertEquals((await newcomer.allocate()).code, 0);
    const refused = await turn.streamClient();
    await refused.closed;
    assertEquals((await holder.refresh()).code, 0);
    assertEquals(turn.server.totals.dropped["connections"], 1);
  },
  { limits: { turnConnectionsPerAddress: 2 } },
);

function tlsTest(
  name: string,
  run: Parameters<typeof withTurn>[1],
): void {
  Deno.test({
    name: `${name}${opensslMissing}`,
    ignore: opensslMissing !== "",
    async fn() {
      const certificate = await makeCertificate();
      await withTurn({ options: { certificate } }, run);
    },
  });
}

tlsTest("over TLS all is as over TCP", async (turn) => {
  await using peer = await Peer.open();
  const client = await turn.streamClient("tls");
  const relayed = relayedIn(await client.allocate());
  assertEquals((await client.bindChannel(0x4000, peer)).code, 0);
  client.sendOnChannel(0x4000, DATA, { isPadded: true });
  assertEquals([...(await peer.inbox.next()).data], [...DATA]);
  peer.send(DATA, relayed);
  const padded = channelData(0x4000, DATA, { isPadded: true });
  assertEquals([...await client.inbox.next()], [...padded]);
  await client.close();
  await until(() => turn.server.totals.allocations === 0);
});

tlsTest(
  "a handshake that does not go on is ended, and so is what is none",
  async (turn) => {
    const { address, port } = turn.endpoint("tls");
    const silent = await Deno.connect({ hostname: address, port });
    const wrong = await Deno.connect({ hostname: address, port });
    await wrong.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
    const buffer = new Uint8Array(100);
    while (await wrong.read(buffer).catch(() => null) !== null);
    wrong.close();
    const client = await turn.streamClient("tls"); // accepted after the silent one
    await client.allocate();
    turn.clock.advance(10_000);
    assertEquals(await silent.read(buffer).catch(() => null), null);
    silent.close();
    assertEquals((await client.refresh()).code, 0);
  },
);

tlsTest(
  "a new certificate is shown to newcomers, and who is connected stays so",
  async (turn) => {
    const client = await turn.streamClient("tls");
    await client.allocate();
    const endpoint = turn.endpoint("tls");
    const before = await servedSerial(endpoint);
    turn.server.setCertificate(await makeCertificate());
    assertNotEquals(await servedSerial(endpoint), before);
    assertEquals((await client.refresh()).code, 0);
  },
);
