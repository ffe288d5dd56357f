/** Links themselves under attack: floods, frames, readers, upgrades. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { PROTOCOL, type RoomHash } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../limits.ts";
import type { FakeClock } from "../testing/fake_clock.ts";
import { preparePost } from "../testing/honest_client.ts";
import { linkAttack, ROOM } from "../testing/link_attack.ts";
import { LinkPeer } from "../testing/link_peer.ts";
import type { MeshNode } from "../testing/fixed_mesh.ts";
import { Wire } from "../testing/wire.ts";

linkAttack(
  "a flood of frames is read at its pace, and others are served meanwhile",
  async (scene) => {
    const { node, peer, clock } = scene;
    const message = await scene.mine();
    const count = 3 * 8 * SERVER_LIMITS.linkFramesPerSecond;
    for (let i = 0; i < count; i++) peer.send(message);
    const { totals } = node.parts.links!.federation;
    const seen = () => totals.received;
    await using other = await LinkPeer.dial(node);
    other.subscribe(ROOM);
    await other.flushed();
    await preparePost(node, { body: "meanwhile" });
    assert(seen() < count / 2, `${seen()} of ${count} were read at once`);
    await passUntilFlushed({ peer, other, clock });
    assertEquals(seen(), count);
  },
);

linkAttack(
  "who subscribes to endless rooms is told that no more are carried",
  async ({ node, peer, clock }) => {
    const { roomsPerLink } = SERVER_LIMITS;
    const count = roomsPerLink + 100;
    for (let i = 1; i < count; i++) {
      peer.subscribe(i.toString(16).padStart(40, "0") as RoomHash);
    }
    await using other = await LinkPeer.dial(node);
    await passUntilFlushed({ peer, other, clock });
    assertEquals(node.parts.links!.federation.size, roomsPerLink);
    assertEquals((await peer.until("leave", 100)).length, 100);
    assertEquals(node.parts.links!.federation.totals.turnedAway, 100);
    peer.ws.terminate();
    await peer.closed;
  },
);

linkAttack("a giant frame ends the link", async ({ peer }) => {
  peer.send("x".repeat(SERVER_LIMITS.linkFrameBytes + 1));
  assertEquals(await peer.closed, 1009);
});

linkAttack("a frame that never ends ends the link", async ({ node }) => {
  await using wire = await Wire.dial(node);
  await wire.send(upgradeOf(node, ""));
  await wire.readUntil(/\r\n\r\n/);
  // FIN is never set: a text frame, then continuations of 1,000 masked bytes.
  for (let opcode = 1, sent = 0; sent < 20; opcode = 0, sent++) {
    const frame = new Uint8Array(8 + 1000);
    frame.set([opcode, 0x80 | 126, 1000 >> 8, 1000 & 0xff]);
    await wire.send(frame).catch(() => {});
  }
  await wire.readToEnd();
});

linkAttack(
  "a frame that is no JSON, or binary, ends the link",
  async ({ node, peer }) => {
    peer.send("subscribe, please");
    await peer.closed;
    await using wire = await Wire.dial(node);
    await wire.send(upgradeOf(node, ""));
    await wire.readUntil(/\r\n\r\n/);
    await wire.send(new Uint8Array([0x82, 0x80, 0, 0, 0, 0]));
    await wire.readToEnd();
  },
);

linkAttack("who says no hello is let go", async ({ node, clock }) => {
  await using silent = await LinkPeer.dial(node, { hello: false });
  await silent.until("hello");
  clock.advance((SERVER_LIMITS.linkHelloSeconds + 2) * 1000);
  await silent.closed;
});

linkAttack("who answers no ping is let go", async ({ node, clock }) => {
  await using wire = await Wire.dial(node);
  await wire.send(upgradeOf(node, ""));
  for (
    const frame of [
      { type: "hello", protocol: PROTOCOL, version: "" },
      { type: "subscribe", room: "cd".repeat(20) },
    ]
  ) {
    const text = new TextEncoder().encode(JSON.stringify(frame));
    await wire.send(new Uint8Array([0x81, 0x80 | text.length, 0, 0, 0, 0]));
    await wire.send(text);
  }
  const { federation } = node.parts.links!;
  while (federation.size < 2) await preparePost(node); // a moment of real time
  for (let pings = 0; pings < 3; pings++) {
    assertEquals(federation.size, 2);
    clock.advance(SERVER_LIMITS.linkPingSeconds * 1000);
  }
  await wire.readToEnd();
});

linkAttack(
  "who speaks before hello, or another protocol, is let go",
  async ({ node }) => {
    await using rude = await LinkPeer.dial(node, { hello: false });
    rude.subscribe(ROOM);
    await rude.closed;
    await using foreign = await LinkPeer.dial(node, { hello: false });
    foreign.send({ type: "hello", protocol: PROTOCOL + 1, version: "9" });
    await foreign.closed;
    assertEquals(
      node.parts.links!.federation.totals.ended["other-protocol"],
      1,
    );
  },
);

linkAttack(
  "a link whose reader does not read is ended at the bound, and delays nobody",
  async (scene) => {
    const { node, peer } = scene;
    await using reader = await LinkPeer.dial(node);
    reader.subscribe(ROOM);
    await reader.flushed();
    peer.ws.pause();
    const { totals } = node.parts.links!.federation;
    const body = new TextEncoder().encode("x".repeat(1000));
    const { stamp } = await scene.mine();
    let posts = 0;
    while (totals.ended.unread === 0) {
      for (let i = 0; i < 200; i++) {
        const id = `${posts++}`.padStart(16, "0");
        node.parts.rooms.post(ROOM, { id, body, stamp, origin: node.origin });
      }
      await reader.until("message", posts);
    }
    const bytes = posts * 1300;
    assert(
      bytes < 5 * SERVER_LIMITS.linkSendBufferBytes,
      `after ${bytes} bytes`,
    );
    peer.ws.resume();
    await peer.closed;
  },
);

linkAttack(
  "an address has eight links, the ninth is refused",
  async ({ node }) => {
    await using stack = new AsyncDisposableStack();
    const headers = { "x-forwarded-for": "192.0.2.1" };
    for (let i = 0; i < SERVER_LIMITS.linksAcceptedPerAddress; i++) {
      stack.use(await LinkPeer.dial(node, { headers }));
    }
    const upgrade = (address: string) =>
      answerTo(node, upgradeOf(node, `X-Forwarded-For: ${address}\r\n`));
    assertMatch(await upgrade("192.0.2.1"), / 429 /);
    const { refused } = node.parts.upgrades!;
    assertEquals(refused["too-many-requests"], 1);
    assertMatch(await upgrade("192.0.2.2"), / 101 /);
  },
);

linkAttack("a web page cannot open a link", async ({ node }) => {
  const origin = "Origin: https://page.example\r\n";
  assertMatch(await answerTo(node, upgradeOf(node, origin)), / 400 /);
});

linkAttack(
  "a link by a name that is not the node's is refused",
  async ({ node }) => {
    const upgrade = upgradeOf(node, "").replace(
      /Host: .*/,
      "Host: rebound.example",
    );
    assertMatch(await answerTo(node, upgrade), / 421 /);
  },
);

linkAttack(
  "an upgrade to anything else is answered as if it had not been asked for",
  async ({ node }) => {
    const { host } = new URL(node.origin);
    const upgrade = "Connection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n";
    const ip = `GET /ip HTTP/1.1\r\nHost: ${host}\r\n${upgrade}`;
    assertMatch(await answerTo(node, ip), / 200 /);
    const mesh = `GET /mesh HTTP/1.1\r\nHost: ${host}\r\n${upgrade}`;
    assertMatch(await answerTo(node, mesh), / 404 /);
  },
);

linkAttack(
  "an upgrade behind requests that are not answered yet puts no answer into a link",
  async ({ node }) => {
    const { host } = new URL(node.origin);
    const ask = `GET /room/${ROOM} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    await using wire = await Wire.dial(node);
    await wire.send(ask + ask + upgradeOf(node, ""));
    const said = await wire.readUntil(/ 101 [^]*hello/); // or its end
    const [, after = ""] = said.split(" 101 Switching Protocols");
    assert(!after.includes("HTTP/1.1"), said);
  },
);

function upgradeOf({ origin }: MeshNode, headers: string): string {
  return `GET /mesh HTTP/1.1\r\nHost: ${new URL(origin).host}\r\n` +
    "Connection: Upgrade\r\nUpgrade: websocket\r\n" +
    "Sec-WebSocket-Version: 13\r\n" +
    `Sec-WebSocket-Key: ${btoa("x".repeat(16))}\r\n${headers}\r\n`;
}

async function answerTo(node: MeshNode, request: string): Promise<string> {
  await using wire = await Wire.dial(node);
  await wire.send(request);
  return await wire.readUntil(/\r\n\r\n/);
}

/** Lets time pass, another link's round trip a second, until all that a peer has sent was read. */
async function passUntilFlushed(
  { peer, other, clock }: { peer: LinkPeer; other: LinkPeer; clock: FakeClock },
): Promise<void> {
  let isFlushed = false;
  const flushed = peer.flushed().then(() => isFlushed = true);
  while (!isFlushed) {
    clock.advance(1000);
    await other.flushed();
  }
  await flushed;
}
