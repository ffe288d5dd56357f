/** A peer over a real connection, whose other side says what it likes. */

import { assertEquals } from "@std/assert";
import { PeerLink, type PeerListener } from "./peer.ts";
import { connectionTest } from "./testing/connection_pair.ts";
import { Inbox } from "./testing/inbox.ts";

function listenWith(more: Partial<PeerListener> = {}): PeerListener {
  return {
    onMessage() {},
    onRequest: () => undefined,
    onReceiving() {},
    onTrack() {},
    peers: () => [],
    onPeers() {},
    onSilent() {},
    onGone() {},
    onError() {},
    ...more,
  };
}

connectionTest("what is no ping is not echoed", async ({ near, far }) => {
  const said = new Inbox<unknown>();
  near.onControl = (text) => said.push(JSON.parse(String(text)));
  const tracks = new Map();
  new PeerLink(
    { id: "AQIDBAUGBwg", isPolite: true, connection: far, tracks },
    listenWith(),
  );
  near.sayControl({ ping: "x".repeat(60_000) });
  near.sayControl({ ping: 1 });
  assertEquals(await said.next(), { pong: 1 });
});

connectionTest(
  "what arrives while a peer is being left is told to nobody",
  async ({ near, far }) => {
    const said: unknown[] = [];
    const tracks = new Map();
    const peer = new PeerLink(
      { id: "AQIDBAUGBwg", isPolite: true, connection: far, tracks },
      listenWith({ onMessage: (_, data) => said.push(data) }),
    );
    await peer.send("goodbye"); // it is not out yet
    await near.link.send("wait");
    const closed = new Promise((resolve) =>
      near.link.closed.addEventListener("abort", resolve)
    );
    await peer.leave();
    await closed;
    assertEquals(said, []);
  },
);
