/** Peers over real connections. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Connection } from "./connection.ts";
import { PeerLink, type PeerListener } from "./peer.ts";
import { connectionTest, openConnections } from "./testing/connection_pair.ts";
import { Inbox } from "./testing/inbox.ts";
import { TransferError } from "./transfer_error.ts";

/** A peer over a connection, and what it was told. */
function meet(connection: Connection, more: Partial<PeerListener> = {}) {
  const messages = new Inbox<unknown>();
  const gone = new Inbox<string>();
  const peer = new PeerLink(
    { id: "AQIDBAUGBwg", isPolite: true, connection, tracks: new Map() },
    {
      onMessage: (_, data) => messages.push(data),
      onRequest: () => undefined,
      onReceiving() {},
      onTrack() {},
      peers: () => [],
      onPeers() {},
      onSilent() {},
      onGone: (_, reason) => gone.push(reason),
      onError() {},
      ...more,
    },
  );
  peer.hearEarly();
  return { peer, messages, gone };
}

connectionTest(
  "what comes while only the other side knows of the connection is told later, in order",
  async ({ near, far }) => {
    const arrived = new Inbox<unknown>();
    far.data.addEventListener("message", () => arrived.push(undefined));
    const { peer } = meet(near);
    for (const text of ["one", "two"]) await peer.send(text);
    for (let i = 0; i < 3; i++) await arrived.next(); // a greeting first
    const late = meet(far);
    await peer.send("three");
    for (const text of ["one", "two", "three"]) {
      assertEquals(await late.messages.next(), text);
    }
    assertEquals(late.gone.unread, []);
  },
);

connectionTest("what is no ping is not echoed", async ({ near, far }) => {
  const said = new Inbox<unknown>();
  near.onControl = (text) => said.push(JSON.parse(String(text)));
  meet(far);
  near.sayControl({ ping: "x".repeat(60_000) });
  near.sayControl({ ping: 1 });
  assertEquals(await said.next(), { pong: 1 });
});

connectionTest(
  "what arrives while a peer is being left is told to nobody",
  async ({ near, far }) => {
    const [left, leaving] = [meet(near), meet(far)];
    await leaving.peer.send("goodbye"); // it is not out yet
    await left.peer.send("wait");
    await leaving.peer.leave();
    assertEquals(await left.gone.next(), "left");
    assertEquals(left.messages.unread, ["goodbye"]);
    assertEquals(leaving.messages.unread, []);
    assertEquals(leaving.gone.unread, []);
  },
);

connectionTest(
  "a peer whose data make no sense is gone at once, whatever it does then",
  async ({ near, far }) => {
    const { gone } = meet(far);
    near.data.send("nonsense");
    assertEquals(await gone.next(), "vanished");
  },
);

connectionTest(
  "what is under way when a connection ends fails",
  async ({ near, far }) => {
    const { peer } = meet(near);
    meet(far, { onRequest: () => new Promise(() => {}) });
    const asked = peer.request("and?");
    const failing = assertRejects(() => asked, TransferError, "ended");
    far.close();
    await failing;
    await assertRejects(() => peer.send("more"), TransferError, "ended");
  },
);

connectionTest(
  "what is under way goes on over another connection, and nobody is told of a leaving",
  async ({ near, far }) => {
    const [first, second] = [meet(near), meet(far)];
    const { readable, writable } = new TransformStream<Uint8Array>();
    const sent = first.peer.send(readable);
    const writer = writable.getWriter();
    const received = await second.messages.next() as ReadableStream;
    writer.write(Uint8Array.of(1));
    const again = await openConnections();
    first.peer.adopt(again.near, new Map());
    writer.write(Uint8Array.of(2));
    first.peer.send("after");
    second.peer.send("before");
    assert(near.data.readyState === "open"); // the other side uses it still
    await second.peer.adopt(again.far, new Map());
    assertEquals(await first.messages.next(), "before");
    assertEquals(await second.messages.next(), "after");
    writer.write(Uint8Array.of(3));
    writer.close();
    await sent;
    const bytes = await new Response(received).bytes();
    assertEquals(bytes, Uint8Array.of(1, 2, 3));
    assertEquals([first.gone.unread, second.gone.unread], [[], []]);
    again.near.close();
    assertEquals(await second.gone.next(), "left");
  },
);
