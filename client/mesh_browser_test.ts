/** Rooms over a mesh: Chromiums that use different nodes. */

import { assertEquals } from "@std/assert";
import { chromiumMissing, chromiumPath } from "../server/testing/chromium.ts";
import { RoomMember, servePages } from "../server/testing/room_page.ts";
import { startTestnet } from "../server/testing/testnet.ts";

Deno.test({
  name: "pages that use different nodes meet, and stay when a node is gone" +
    chromiumMissing,
  ignore: chromiumPath === undefined,
  async fn() {
    const pages = servePages();
    await using testnet = await startTestnet(2);
    await testnet.acquainted();
    const members: RoomMember[] = [];
    try {
      for (const { origin } of testnet.nodes) {
        const member = await RoomMember.start(pages.origin);
        members.push(member);
        await member.join({ nodes: [origin] });
        assertEquals(await member.run(({ room }) => room.node), origin);
      }
      await Promise.all(members.map((member) => member.waitForPeers(1)));
      const [first, second] = members;
      await first!.run(({ room }) => room.send("across"));
      await second!.waitForTold({ type: "message", data: "across" });

      await testnet.stop(testnet.nodes[0]!);
      await first!.waitForTold({ type: "state", state: "reconnecting" });
      await second!.run(({ room }) => room.send("still"));
      await first!.waitForTold({ type: "message", data: "still" });
      for (const member of members) {
        const told = await member.told();
        assertEquals(told.filter(({ type }) => type === "peerleave"), []);
      }
      assertEquals(testnet.faults, []);
    } finally {
      await Promise.all(members.map((member) => member.close()));
      await pages.close();
    }
  },
});
