/** Messages that come over links: what a node takes, and what it does not. */

import { assertEquals } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../limits.ts";
import { NodeKey } from "../mesh/members/node_key.ts";
import { linkAttack, ROOM, type Scene } from "../testing/link_attack.ts";
import { LinkPeer } from "../testing/link_peer.ts";
import { StreamReader } from "../testing/stream_reader.ts";

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
  "a stranger's signature that was spoilt on the way does not suppress the good one",
  async ({ node, peer, mine }) => {
    const message = await mine({ origin: "https://new.example" });
    await using knowing = await LinkPeer.dial(node);
    await using honest = await LinkPeer.dial(node);
    await using reader = await StreamReader.open(node, `/room/${ROOM}`);
    for (const link of [knowing, honest]) {
      link.subscribe(ROOM);
      await link.flushed();
    }
    peer.send({ ...message, signature: "A".repeat(86) });
    await knowing.until("message");
    honest.send(message);
    const heard = await knowing.until("message", 2);
    assertEquals(heard.at(-1)?.signature, message.signature);
    honest.send(message);
    honest.send(await mine({ body: "last" }));
    assertEquals(await reader.until(2), ["hello", "last"]);
    const heardAfter = await knowing.until("message", 3);
    assertEquals(heardAfter.map(({ body }) => body).at(-1), "last");
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
  "frames of types that are not known yet are ignored",
  async ({ peer, ...scene }) => {
    peer.send({ type: "gossip", about: "everything" });
    assertEquals(await fateOf({ ...scene, peer }, await scene.mine()), "taken");
  },
);
