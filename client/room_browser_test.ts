/** Rooms as their users have them: Chromiums, each its own, and real nodes. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { RTCPeerConnection } from "werift";
import { overhear, roomTest } from "../server/testing/room_scene.ts";
import { LOCAL_TURN } from "../server/testing/test_node.ts";
import { joinRoom } from "./join_room.ts";

for (const count of [2, 3, 8]) {
  roomTest(
    `${count} browsers that join at once are all connected to each other`,
    async (scene) => {
      const node = await scene.node();
      const members = await scene.members(count, { nodes: [node.origin] });
      await Promise.all(
        members.map((member) => member.waitForPeers(count - 1)),
      );
      for (const member of members) {
        await member.run(({ room }) => room.send(`from ${room.selfId}`));
      }
      for (const member of members) {
        const others = await member.run(({ room }) => [...room.peers.keys()]);
        for (const other of others) {
          await member.waitForTold({
            type: "message",
            peer: other,
            data: `from ${other}`,
          });
        }
        assertEquals(
          (await member.told()).filter(({ type }) => type === "error"),
          [],
        );
      }
    },
  );
}

roomTest(
  "two browsers need three posts, and nothing in them can be read",
  async (scene) => {
    const node = await scene.node();
    using heard = await overhear(node, {});
    const [first, second] = await scene.members(2, { nodes: [node.origin] });
    await Promise.all(
      [first!, second!].map((member) => member.waitForPeers(1)),
    );
    await first!.run(({ room }) => room.send("plain words"));
    await second!.waitForTold({ type: "message", data: "plain words" });
    assertEquals(heard.posts.length, 3);
    for (const post of heard.posts) {
      assertMatch(post, /^[\w-]+$/);
      assert(post.length <= 450, `${post.length} bytes`);
      const bytes = atob(post.replaceAll("-", "+").replaceAll("_", "/"));
      assert(!/plain words|a room|tests|udp|127\.0/.test(post + bytes));
    }
  },
);

roomTest("a wrong password meets nobody", async (scene) => {
  const node = await scene.node();
  const inside = await scene.members(2, {
    nodes: [node.origin],
    password: "right",
  });
  await Promise.all(inside.map((member) => member.waitForPeers(1)));
  const outside = await scene.members(2, {
    nodes: [node.origin],
    password: "wrong",
  });
  // They meet each other: the room that a wrong password leads to is another one.
  await Promise.all(outside.map((member) => member.waitForPeers(1)));
  const ids = await Promise.all(
    [...inside, ...outside].map((member) =>
      member.run(({ room }) =>
        [room.selfId, ...room.peers.keys()].sort().join()
      )
    ),
  );
  assertEquals(ids[0], ids[1]);
  assertEquals(ids[2], ids[3]);
});

roomTest(
  "a peer that leaves, or closes its page, is missed at once; one that is killed within 10 s",
  async (scene) => {
    const node = await scene.node();
    const [stays, leaves, closes, dies] = await scene.members(4, {
      nodes: [node.origin],
    });
    await stays!.waitForPeers(3);
    const ids = await Promise.all(
      [leaves!, closes!, dies!].map((member) =>
        member.run(({ room }) => room.selfId)
      ),
    );
    let asked = Date.now();
    await leaves!.run(({ room }) => room.leave());
    const left = await stays!.waitForTold({ type: "peerleave", peer: ids[0] });
    assertEquals([left.reason, left.atMs - asked < 1000], ["left", true]);
    asked = Date.now();
    await closes!.page.close();
    const closed = await stays!.waitForTold({
      type: "peerleave",
      peer: ids[1],
    });
    assertEquals([closed.reason, closed.atMs - asked < 1000], ["left", true]);
    asked = Date.now();
    dies!.kill();
    const died = await stays!.waitForTold({ type: "peerleave", peer: ids[2] });
    assertEquals([died.reason, died.atMs - asked < 10_000], ["vanished", true]);
    await stays!.waitForPeers(0);
  },
);

roomTest(
  "a page that is reloaded, or left and come back to, meets the others again",
  async (scene) => {
    const node = await scene.node();
    const joining = { nodes: [node.origin] };
    const [stays, moves] = await scene.members(2, joining);
    await Promise.all([stays!, moves!].map((member) => member.waitForPeers(1)));
    const id = await moves!.run(({ room }) => room.selfId);
    await moves!.page.reload();
    await stays!.waitForTold({ type: "peerleave", peer: id, reason: "left" });
    const again = await moves!.join(joining);
    await stays!.waitForTold({ type: "peerjoin", peer: again });
    await moves!.page.goto("about:blank");
    await stays!.waitForTold({
      type: "peerleave",
      peer: again,
      reason: "left",
    });
    await moves!.page.goBack({ waitUntil: "commit" });
    // Out of the back/forward cache, the room and all: it joins by itself.
    await moves!.waitForPeers(1);
    assertEquals(await moves!.run(({ room }) => room.selfId), again);
    await stays!.waitForPeers(1);
  },
);

roomTest("one page may join twice, and meets itself", async (scene) => {
  const node = await scene.node();
  const member = await scene.member();
  await member.join({ nodes: [node.origin] });
  await member.run(({ room }) => Object.assign(globalThis, { first: room }));
  await member.join({ nodes: [node.origin] });
  await member.waitForPeers(1);
  assert(
    await member.run(({ room }) =>
      room.peers.has(
        (globalThis as unknown as { first: { selfId: string } }).first.selfId,
      )
    ),
  );
});

roomTest(
  "without any node joining fails with the name of each, and says what to do",
  async (scene) => {
    const node = await scene.node();
    const member = await scene.member();
    await member.join({ nodes: [node.origin] });
    const listener = Deno.listen({ port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    const dead = `http://127.0.0.1:${port}`;
    await assertRejects(
      () =>
        member.page.evaluate(async ({ library, dead }) => {
          const { joinRoom } = await import(library);
          await joinRoom({ app: "tests" }, "x", {
            nodes: [dead],
            timeoutMs: 3000,
          });
        }, { library: `${node.origin}/client.js`, dead }),
      Error,
      dead,
    );
  },
);

roomTest(
  "peers stay while their node dies, and meet newcomers at the next one",
  async (scene) => {
    const cheap = await scene.node();
    const dear = await scene.node({
      curve: { idleWork: 2 ** 19, fullWork: 2 ** 22 },
    });
    const joining = { nodes: [dear.origin, cheap.origin], discover: false };
    const [first, second] = await scene.members(2, joining);
    await Promise.all(
      [first!, second!].map((member) => member.waitForPeers(1)),
    );
    assertEquals(await first!.run(({ room }) => room.node), cheap.origin);
    await cheap.close();
    const [third] = await scene.members(1, joining);
    await Promise.all(
      [first!, second!, third!].map((member) => member.waitForPeers(2)),
    );
    assertEquals(await first!.run(({ room }) => room.node), dear.origin);
    for (const member of [first!, second!]) {
      const told = await member.told();
      assertEquals(told.filter(({ type }) => type === "peerleave"), []);
    }
  },
);

roomTest(
  "a node that dies while peers are being introduced does not keep them apart",
  async (scene) => {
    const cheap = await scene.node();
    const dear = await scene.node({
      curve: { idleWork: 2 ** 19, fullWork: 2 ** 22 },
    });
    using heard = await overhear(cheap, {});
    const joining = { nodes: [dear.origin, cheap.origin], discover: false };
    const [first, second] = [await scene.member(), await scene.member()];
    await first.join(joining);
    const joined = second.join(joining);
    while (heard.posts.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await cheap.close();
    await joined;
    await Promise.all([first, second].map((member) => member.waitForPeers(1)));
  },
);

roomTest("relay only: TURN is bought, and peers are relayed", async (scene) => {
  const node = await scene.node({ turn: LOCAL_TURN });
  const members = await scene.members(2, {
    nodes: [node.origin],
    iceTransportPolicy: "relay",
  });
  await Promise.all(members.map((member) => member.waitForPeers(1)));
  for (const member of members) {
    const { connection } = await member.run(({ room }) =>
      [...room.peers.values()][0].stats()
    );
    assertEquals(connection, "relayed");
  }
});

roomTest("a bot under Deno is a peer like any other", async (scene) => {
  const node = await scene.node();
  const bot = await joinRoom({ app: "tests" }, "a room", {
    nodes: node.origin,
    RTCPeerConnection,
  });
  try {
    bot.addEventListener(
      "request",
      ({ data, respondWith }) => respondWith(`the bot heard ${data}`),
    );
    const [member] = await scene.members(1, { nodes: [node.origin] });
    await member!.waitForPeers(1);
    const answer = await member!.run(({ room }) =>
      room.request("a browser", { to: [...room.peers.keys()][0] })
    );
    assertEquals(answer, "the bot heard a browser");
    const received = new Promise<unknown>((resolve) =>
      bot.addEventListener("message", ({ data }) => resolve(data))
    );
    await member!.run(({ room }) =>
      room.send(new Blob([new Uint8Array(3_000_000)]))
    );
    assertEquals((await received as Blob).size, 3_000_000);
  } finally {
    await bot.leave();
  }
}, { sanitizeOps: false, sanitizeResources: false }); // werift leaves timers of its own behind
