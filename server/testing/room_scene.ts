/** Rooms in Chromiums, each its own, over real nodes. */

import { assertEquals } from "@std/assert";
import { DEFAULT_CURVE } from "@sigmesh/core";
import { openChannel } from "../../client/channel.ts";
import { deriveRoomSecret } from "../../client/room_secret.ts";
import type { Config } from "../config.ts";
import { chromiumMissing, chromiumPath } from "./chromium.ts";
import { type Joining, RoomMember, servePages } from "./room_page.ts";
import { startTestNode, type TestNode } from "./test_node.ts";

/** What a test works with; all of it is closed after. */
export interface RoomScene {
  /** Starts a node at the usual price. */
  node(config?: Partial<Config>): Promise<TestNode>;
  /** Starts a Chromium with a page. */
  member(...args: string[]): Promise<RoomMember>;
  /** Starts some that join. */
  members(count: number, joining: Joining): Promise<RoomMember[]>;
}

/** A test in real Chromiums; ignored where there is none. */
export function roomTest(
  name: string,
  run: (scene: RoomScene) => Promise<void>,
  sanitizers: { sanitizeOps?: boolean; sanitizeResources?: boolean } = {},
): void {
  Deno.test({
    ...sanitizers,
    name: name + chromiumMissing,
    ignore: chromiumPath === undefined,
    async fn() {
      const pages = servePages();
      const nodes: TestNode[] = [];
      const members: RoomMember[] = [];
      const scene: RoomScene = {
        async node(config = {}) {
          const node = await startTestNode({ curve: DEFAULT_CURVE, ...config });
          nodes.push(node);
          return node;
        },
        async member(...args) {
          const member = await RoomMember.start(pages.origin, { args });
          members.push(member);
          return member;
        },
        async members(count, joining) {
          const all = await Promise.all(
            Array.from({ length: count }, () => scene.member()),
          );
          await Promise.all(all.map((member) => member.join(joining)));
          return all;
        },
      };
      try {
        await run(scene);
        for (const { faults } of nodes) assertEquals(faults, []);
      } finally {
        await Promise.all(members.map((member) => member.close()));
        await Promise.all(nodes.map((node) => node.close()));
        await pages.close();
      }
    },
  });
}

/** Keeps every post of a room, as its node has it. */
export async function overhear(
  node: TestNode,
  { name = "a room", password }: Partial<Joining>,
) {
  const { room } = await deriveRoomSecret({ app: "tests", name, password });
  const posts: string[] = [];
  const channel = openChannel(node.origin, room);
  channel.addEventListener("message", ({ data }) => posts.push(data));
  await channel.ready;
  return { posts, [Symbol.dispose]: () => channel.close() };
}
