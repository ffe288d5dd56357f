/** Attacks by whoever opens a link. Each must leave the node as it was. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { PROTOCOL } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../limits.ts";
import { NodeKey } from "../mesh/node_key.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { memberAt } from "../testing/fixed_members.ts";
import { preparePost, sendPost } from "../testing/honest_client.ts";
import { LinkPeer, mineRelayed } from "../testing/link_peer.ts";
import { type MeshNode, startMeshNode } from "../testing/test_mesh.ts";
import { Wire } from "../testing/wire.ts";

const ROOM = "ab".repeat(20) as RoomHash;
const FRIEND = "https://friend.example";
const signer = await NodeKey.create();

interface Scene {
  readonly node: MeshNode;
  readonly clock: FakeClock;
  /** Subscribed to ROOM. */
  readonly peer: LinkPeer;
  /** A message that the friend's client paid for. */
  readonly mine: (
    change?: Partial<Parameters<typeof mineRelayed>[0]>,
  ) => ReturnType<typeof mineRelayed>;
}

/** A test on a node that knows one other, whose clock stands still. */
function linkAttack(name: string, run: (scene: Scene) => Promise<void>): void {
  Deno.test(name, async () => {
    const clock = new FakeClock();
    const node = await startMeshNode({ trustProxy: ["loopback"] }, {
      clock,
    });
    node.members.add(memberAt(FRIEND, { key: signer.text }));
    const nowSeconds = () => Math.floor(clock.now() / 1000);
    try {
      await using peer = await LinkPeer.dial(node);
      peer.subscribe(ROOM);
      await peer.flushed();
      const mine: Scene["mine"] = (change) =>
        mineRelayed({
          ...{ room: ROOM, origin: FRIEND, issuedAt: nowSeconds(), signer },
          ...change,
        });
      await run({ node, clock, peer, mine });
      const post = await preparePost(node);
      assertEquals(await sendPost(node, post), "accepted");
      assertEquals(node.faults, []);
    } finally {
      await node.close();
    }
  });
}

/** What became of a message: "taken", or why it was refused. */
async function fateOf(
  { node, peer }: Pick<Scene, "node" | "peer">,
  message: object,
): Promise<string> {
  const { totals } = node.parts.links!.federation;
  const before = { ...totals.refused };
  const { taken } = totals;
  peer.send(message);
  await peer.flushed();
  while (true) {
    if (totals.taken > taken) return "taken";
    for (const [reason, count] of Object.entries(totals.refused)) {
      if (count > before[reason as keyof typeof before]) return reason;
    }
    await new Promise((resolve) => setImmediate(resolve)); // a signature is being checked
  }
}

linkAttack(
  "a message is taken once, however often it is sent",
  async (scene) => {
    const message = await scene.mine();
    assertEquals(await fateOf(scene, message), "taken");
    assertEquals(await fateOf(scene, message), "duplicate");
  },
);

linkAttack(
  "an old message that is sent again is refused, as a duplicate and then by its age",
  async (scene) => {
    const message = await scene.mine();
    assertEquals(await fateOf(scene, message), "taken");
    scene.clock.sleep(SERVER_LIMITS.relaySeconds * 1000);
    assertEquals(await fateOf(scene, message), "duplicate");
    scene.clock.sleep(1000);
    assertEquals(await fateOf(scene, message), "expired");
  },
);

linkAttack(
  "other solutions of the same challenge make no other message",
  async (scene) => {
    const message = await scene.mine();
    assertEquals(await fateOf(scene, message), "taken");
    const token = message.stamp.slice(0, 31);
    const salt = message.stamp.slice(32, 40);
    const stamp = `${token}.${salt}${"A".repeat(64)}`;
    assertEquals(await fateOf(scene, { ...message, stamp }), "duplicate");
  },
);

linkAttack(
  "a message whose body, room or origin was changed is work for nothing",
  async (scene) => {
    const message = await scene.mine();
    const other = "cd".repeat(20) as RoomHash;
    scene.peer.subscribe(other);
    for (
      const change of [
        { body: "changed" },
        { room: other },
        { origin: "https://other.example" },
      ]
    ) {
      const fate = await fateOf(scene, { ...message, ...change });
      assertEquals(fate, "too-little-work");
    }
    assertEquals(await fateOf(scene, message), "taken");
  },
);

linkAttack(
  "who claims another node's origin needs that node's signature",
  async (scene) => {
    const forger = await NodeKey.create();
    const forged = await scene.mine({ signer: forger });
    assertEquals(await fateOf(scene, forged), "forged");
    const { signature: _, ...unsigned } = await scene.mine();
    assertEquals(await fateOf(scene, unsigned), "unsigned");
  },
);

linkAttack("a signature of another token is no signature", async (scene) => {
  const [one, other] = [await scene.mine(), await scene.mine()];
  const mixed = { ...one, signature: other.signature };
  assertEquals(await fateOf(scene, mixed), "forged");
  assertEquals(await fateOf(scene, one), "taken");
});

linkAttack(
  "a token dated into the future is refused beyond what clocks differ",
  async (scene) => {
    const now = Math.floor(scene.clock.now() / 1000);
    const late = await scene.mine({ issuedAt: now + 6 });
    assertEquals(await fateOf(scene, late), "from-future");
    const soon = await scene.mine({ issuedAt: now + 5 });
    assertEquals(await fateOf(scene, soon), "taken");
  },
);

linkAttack(
  "a message mined at the floor under a dear node's token is refused",
  async (scene) => {
    const cheap = await scene.mine({ height: 30 });
    assertEquals(await fateOf(scene, cheap), "too-little-work");
  },
);

linkAttack(
  "a message for a room that the link does not carry is refused",
  async (scene) => {
    const room = "cd".repeat(20) as RoomHash;
    assertEquals(
      await fateOf(scene, await scene.mine({ room })),
      "not-subscribed",
    );
  },
);

linkAttack(
  "nodes that nobody knows share a small budget of the link, and do not touch that of others",
  async (scene) => {
    const burst = 20 * SERVER_LIMITS.relaysOfStrangers;
    for (let i = 0; i <= burst; i++) {
      const origin = `https://stranger${i}.example`;
      const { signature: _, ...message } = await scene.mine({ origin });
      const fate = await fateOf(scene, message);
      assertEquals(fate, i < burst ? "taken" : "too-much-of-strangers");
    }
    assertEquals(scene.node.members.heard.length, burst);
    assertEquals(await fateOf(scene, await scene.mine()), "taken");
  },
);

linkAttack(
  "forged messages in a node's name use up nothing of its budget",
  async (scene) => {
    const forger = await NodeKey.create();
    for (let i = 0; i < 20; i++) {
      const forged = await scene.mine({ signer: forger });
      assertEquals(await fateOf(scene, forged), "forged");
    }
    assertEquals(await fateOf(scene, await scene.mine()), "taken");
  },
);

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

linkAttack(
  "frames of types that are not known yet are ignored",
  async ({ peer, ...scene }) => {
    peer.send({ type: "gossip", about: "everything" });
    assertEquals(await fateOf({ ...scene, peer }, await scene.mine()), "taken");
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
  for (let pings = 0; pings < 2; pings++) {
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
