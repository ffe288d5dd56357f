/** Rooms as their users have them: Chromiums, each its own, and real nodes. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DEFAULT_CURVE } from "@sigmesh/core";
import { RTCPeerConnection } from "werift";
import { chromiumMissing, chromiumPath } from "../server/testing/chromium.ts";
import {
  type Joining,
  RoomMember,
  servePages,
} from "../server/testing/room_page.ts";
import {
  LOCAL_TURN,
  startTestNode,
  type TestNode,
} from "../server/testing/test_node.ts";
import type { Config } from "../server/config.ts";
import { openChannel } from "./channel.ts";
import { joinRoom } from "./join_room.ts";
import { deriveRoomSecret } from "./room_secret.ts";

/** What a test works with; all of it is closed after. */
interface Scene {
  /** Starts a node at the usual price. */
  node(config?: Partial<Config>): Promise<TestNode>;
  /** Starts a Chromium with a page. */
  member(...args: string[]): Promise<RoomMember>;
  /** Starts some that join. */
  members(count: number, joining: Joining): Promise<RoomMember[]>;
}

function roomTest(
  name: string,
  run: (scene: Scene) => Promise<void>,
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
      const scene: Scene = {
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
async function overhear(
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

roomTest(
  "a file of 50 MB arrives whole, and words pass it on the way",
  async (scene) => {
    const node = await scene.node();
    const [from, to] = await scene.members(2, { nodes: [node.origin] });
    await Promise.all([from!, to!].map((member) => member.waitForPeers(1)));
    const arrived = to!.run(({ room, told, hashOf }) =>
      new Promise<string>((resolve) =>
        room.addEventListener(
          "message",
          async ({ data }: { data: unknown }) => {
            if (!(data instanceof File)) return;
            const words = told.some(({ data }) => data === "meanwhile");
            resolve(
              [data.name, data.type, data.size, words, await hashOf(data)]
                .join(),
            );
          },
        )
      )
    );
    const sent = await from!.run(async ({ room, hashOf }) => {
      const parts = Array.from(
        { length: 800 },
        () => crypto.getRandomValues(new Uint8Array(62_500)),
      );
      const file = new File(parts, "holiday.bin", {
        type: "application/x-test",
      });
      const progress: number[] = [];
      const sending = room.send(file, {
        onProgress: ({ bytes }: { bytes: number }) => progress.push(bytes),
      });
      await room.send("meanwhile");
      await sending;
      return {
        hash: await hashOf(file),
        isRising: progress.every((bytes, i) =>
          i === 0 || bytes >= progress[i - 1]!
        ),
        last: progress.at(-1),
      };
    });
    assertEquals(
      await arrived,
      `holiday.bin,application/x-test,50000000,true,${sent.hash}`,
    );
    assertEquals([sent.isRising, sent.last], [true, 50_000_000]);
    await to!.waitForTold({ type: "receiving" });
  },
);

roomTest(
  "a question is answered, and one that nobody answers is refused",
  async (scene) => {
    const node = await scene.node();
    const [asker, asked] = await scene.members(2, { nodes: [node.origin] });
    await Promise.all([asker!, asked!].map((member) => member.waitForPeers(1)));
    const ask = () =>
      asker!.run(({ room }) =>
        room.request({ of: 20 }, { to: [...room.peers.keys()][0] })
          .catch((error: Error) => error.message)
      );
    assertMatch(`${await ask()}`, /listener|answer/i);
    await asked!.run(({ room }) =>
      room.addEventListener(
        "request",
        // deno-lint-ignore no-explicit-any -- the page's event
        ({ data, respondWith }: any) => respondWith({ twice: data.of * 2 }),
      )
    );
    assertEquals(await ask(), { twice: 40 });
  },
);

const FAKE_CAMERA = [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];

roomTest(
  "video arrives, is replaced and removed, without another post",
  async (scene) => {
    const node = await scene.node();
    const [from, to] = [
      await scene.member(...FAKE_CAMERA),
      await scene.member(),
    ];
    await from.join({ nodes: [node.origin] });
    await to.join({ nodes: [node.origin] });
    await Promise.all([from, to].map((member) => member.waitForPeers(1)));
    const paid = async () =>
      [...await from.told(), ...await to.told()]
        .filter(({ type }) => type === "paid").length;
    const before = await paid();
    const seen = to.run(({ room }) =>
      new Promise<number>((resolve) =>
        room.addEventListener(
          "track",
          ({ stream }: { stream: MediaStream }) => {
            const video = document.createElement("video");
            video.muted = true;
            video.srcObject = stream;
            video.onresize = () => resolve(video.videoWidth);
            Object.assign(globalThis, { video });
            video.play();
          },
        )
      )
    );
    await from.run(async ({ room }) => {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      Object.assign(globalThis, { stream });
      room.addStream(stream);
    });
    assert(await seen > 2);
    await from.run(async ({ room }) => {
      const { stream } = globalThis as unknown as { stream: MediaStream };
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width: 222, height: 111 });
      const context = canvas.getContext("2d")!;
      setInterval(() => context.fillRect(Math.random() * 200, 0, 9, 99), 40);
      const [track] = canvas.captureStream(25).getVideoTracks();
      await room.replaceTrack(stream.getVideoTracks()[0], track);
      Object.assign(globalThis, { stream, track });
    });
    await to.page.waitForFunction(() =>
      (globalThis as unknown as { video: HTMLVideoElement }).video
        .videoWidth === 222
    );
    const ended = to.run(() =>
      new Promise<string>((resolve) => {
        const { video } = globalThis as unknown as { video: HTMLVideoElement };
        const [track] = (video.srcObject as MediaStream).getVideoTracks();
        track!.onmute = () => resolve("muted");
      })
    );
    await from.run(({ room }) =>
      room.removeTrack(
        (globalThis as unknown as { track: MediaStreamTrack }).track,
      )
    );
    assertEquals(await ended, "muted");
    assertEquals(await paid(), before);
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
