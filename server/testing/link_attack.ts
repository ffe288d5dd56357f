/** Attacks on a real node by whoever opens a link to it. */

import { assertEquals } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { NodeKey } from "../mesh/members/node_key.ts";
import { FakeClock } from "./fake_clock.ts";
import { memberAt } from "./fixed_members.ts";
import { preparePost, sendPost } from "./honest_client.ts";
import { LinkPeer, mineRelayed } from "./link_peer.ts";
import { type MeshNode, startMeshNode } from "./fixed_mesh.ts";

/** The room that the peer has subscribed to. */
export const ROOM = "ab".repeat(20) as RoomHash;
/** Another node, which the one under attack knows. */
export const FRIEND = "https://friend.example";
const signer = await NodeKey.create();

/** What an attack works with. */
export interface Scene {
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
export function linkAttack(
  name: string,
  run: (scene: Scene) => Promise<void>,
): void {
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
