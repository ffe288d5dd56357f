/** Rooms while networks change, fail and forbid, nodes die and devices sleep. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Surroundings } from "../server/node.ts";
import { chromiumMissing, chromiumPath } from "../server/testing/chromium.ts";
import { startNodeProcess } from "../server/testing/node_process.ts";
import {
  endStream,
  meet,
  networkTest,
  pass,
  PROMISED_MS,
  routeOf,
  startStream,
  toldOf,
  waitForAnswer,
} from "../server/testing/room_network.ts";
import { RoomMember, servePages } from "../server/testing/room_page.ts";
import { startTestNode } from "../server/testing/test_node.ts";
import { startTurnWorker } from "../server/turn/turn_thread.ts";

/** Lives of seconds: Chromium refreshes at half of an allocation's. */
const SHORT_LIVED: Surroundings = {
  startTurn: (options, told) =>
    startTurnWorker(options, {
      ...told,
      limits: {
        turnDefaultLifetimeSeconds: 8,
        turnMaxLifetimeSeconds: 8,
        turnGraceSeconds: 2,
      },
    }),
  turnLifetimeSeconds: 8,
};

networkTest(
  "peers that reach nodes but not each other buy TURN, renew it, and buy the next node's when theirs dies",
  async (scene) => {
    const node = await scene.node({}, SHORT_LIVED);
    const dear = await scene.node({
      curve: { idleWork: 2 ** 14, fullWork: 2 ** 16 },
    });
    const [first, second] = [await scene.settler(), await scene.settler()];
    await first.home.dropTo(second.home);
    await meet([node, dear], [first.member, second.member]);
    await pass(22_000); // two lives of a credential with its grace
    assert(await waitForAnswer(second.member) < 1000);
    for (const { member, purchases } of [first, second]) {
      assertEquals((await routeOf(member)).connection, "relayed");
      assertEquals(await toldOf(member, "peerleave"), []);
      const ways = await toldOf(member, "connecting");
      assertEquals(ways[0]?.state, "direct");
      assertEquals(ways.at(-1)?.state, "relayed");
      assert(purchases() >= 5, `bought ${purchases()} times`);
    }
    await node.close();
    assert(await waitForAnswer(second.member) < PROMISED_MS); // by the other's TURN
    for (const { member } of [first, second]) {
      assertEquals((await routeOf(member)).connection, "relayed");
      assertEquals(await toldOf(member, "peerleave"), []);
    }
  },
);

networkTest(
  "a peer whose network blocks UDP is relayed by TCP",
  async (scene) => {
    const node = await scene.node();
    const [first, second] = [await scene.settler(), await scene.settler()];
    await second.home.drop("-p", "udp");
    await meet(node, [first.member, second.member]);
    assertEquals(await routeOf(second.member), {
      connection: "relayed",
      relayProtocol: "tcp",
    });
  },
);

networkTest(
  "a peer that changes its network stays, with what it is sending",
  async (scene) => {
    const node = await scene.node();
    const [stays, moves] = [await scene.settler(), await scene.settler()];
    await meet(node, [stays.member, moves.member]);
    await startStream(moves.member, stays.member);
    await moves.home.disconnect("wifi");
    await moves.home.connect("mobile");
    assert(await waitForAnswer(stays.member) < PROMISED_MS);
    const [sent, received] = await endStream(moves.member, stays.member);
    assertEquals(sent, "sent");
    assertMatch(received, /^(drop )+$/);
    for (const { member, purchases } of [stays, moves]) {
      assertEquals(await toldOf(member, "peerleave"), []);
      assertEquals(purchases(), 0);
    }
  },
);

/** Whom a page may film Chromium binds to each network, so that sockets die with it. */
const CAMERA = [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];

networkTest(
  "a peer whose sockets died with its network is connected anew, goes on sending, and its video comes again",
  async (scene) => {
    const node = await scene.node();
    const stays = await scene.settler();
    const moves = await scene.settler(...CAMERA);
    await moves.member.page.evaluate(async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      Object.assign(globalThis, { stream });
    });
    await meet(node, [stays.member, moves.member]);
    await moves.member.run((scope) =>
      scope.room.addStream(
        (scope as unknown as { stream: MediaStream }).stream,
      )
    );
    await stays.member.waitForTold({ type: "track" });
    await startStream(moves.member, stays.member);
    const movedMs = Date.now();
    await moves.home.disconnect("wifi");
    await moves.home.connect("mobile");
    assert(await waitForAnswer(stays.member) < PROMISED_MS);
    await stays.member.waitForTold({ type: "track" }, { sinceMs: movedMs });
    await stays.member.page.waitForFunction(async () => {
      const { room } = globalThis as unknown as {
        room: { peers: Map<string, { connection: RTCPeerConnection }> };
      };
      const [peer] = room.peers.values();
      const reports = await peer!.connection.getStats();
      // deno-lint-ignore no-explicit-any -- dictionaries that no lib has
      return [...(reports as unknown as Map<string, any>).values()]
        .some(({ framesDecoded }) => framesDecoded > 0);
    });
    const [sent, received] = await endStream(moves.member, stays.member);
    assertEquals(sent, "sent");
    assertMatch(received, /^(drop )+$/);
    for (const { member, purchases } of [stays, moves]) {
      assertEquals(await toldOf(member, "peerleave"), []);
      assertEquals(purchases(), 0);
    }
  },
);

networkTest(
  "a peer that is offline for 5 s stays; for 20 s it is gone, and back soon after",
  async (scene) => {
    const node = await scene.node();
    const [stays, fades] = [await scene.settler(), await scene.settler()];
    const both = [stays.member, fades.member];
    const ids = await meet(node, both);
    await startStream(fades.member, stays.member);
    await fades.home.disconnect("wifi");
    await pass(5000);
    await fades.home.connect("wifi");
    assert(await waitForAnswer(stays.member) < PROMISED_MS);
    const [sent, received] = await endStream(fades.member, stays.member);
    assertEquals(sent, "sent");
    assertMatch(received, /^(drop )+$/);
    for (const member of both) {
      assertEquals(await toldOf(member, "peerleave"), []);
    }

    const cutMs = Date.now();
    await fades.home.drop();
    for (const [i, member] of both.entries()) {
      const peer = ids[1 - i];
      const told = { type: "peerleave", peer, reason: "vanished" };
      const { atMs } = await member.waitForTold(told, { sinceMs: cutMs });
      assert(atMs - cutMs < PROMISED_MS, `${atMs - cutMs} ms`);
    }
    await pass(cutMs + 20_000 - Date.now());
    await fades.home.pass();
    assert(await waitForAnswer(stays.member) < PROMISED_MS);
    assert(await waitForAnswer(fades.member) < 1000);
    assertEquals(stays.purchases() + fades.purchases(), 0);
  },
);

networkTest(
  "devices that sleep for 15 and 70 s are missed and come back; a hidden tab is kept",
  async (scene) => {
    const node = await scene.node();
    const [stays, naps, sleeps, tab] = [
      (await scene.settler()).member,
      (await scene.settler()).member,
      (await scene.settler()).member,
      await scene.tab(),
    ];
    const ids = await meet(node, [stays, naps, sleeps, tab.member]);
    await tab.cover();
    const hidden = tab.member.run(async () => {
      let ticks = 0;
      const timer = setInterval(() => ticks++, 100);
      await new Promise((resolve) => setTimeout(resolve, 75_000));
      clearInterval(timer);
      return { ticks, visibility: document.visibilityState };
    });
    const asleepMs = Date.now();
    const isBack = async (sleeper: RoomMember, durationMs: number) => {
      const awake = sleeper.sleep(durationMs);
      const peer = ids[sleeper === naps ? 1 : 2]!;
      const gone = await stays.waitForTold({ type: "peerleave", peer });
      assert(gone.atMs - asleepMs < PROMISED_MS);
      await awake;
      const awakeMs = Date.now();
      const again = { type: "peerjoin", peer };
      const { atMs } = await stays.waitForTold(again, { sinceMs: gone.atMs });
      assert(atMs - awakeMs < PROMISED_MS, `${atMs - awakeMs} ms`);
    };
    await Promise.all([isBack(naps, 15_000), isBack(sleeps, 70_000)]);
    const { ticks, visibility } = await hidden;
    assertEquals(visibility, "hidden");
    assert(ticks < 150, `timers were not throttled: ${ticks} ticks`);
    for (const member of [stays, naps, sleeps, tab.member]) {
      await member.waitForPeers(3);
    }
    const left = await toldOf(stays, "peerleave");
    assertEquals(left.filter(({ peer }) => peer === ids[3]), []);
    const missed = await toldOf(tab.member, "peerleave");
    assertEquals(missed.filter(({ peer }) => peer === ids[0]), []);
  },
);

networkTest(
  "peers stay while one of them cannot reach the node, and it comes back there",
  async (scene) => {
    const node = await scene.node();
    const [first, second] = [
      (await scene.settler()).member,
      (await scene.settler()).member,
    ];
    await meet(node, [first, second]);
    const offlineMs = Date.now();
    await second.page.context().setOffline(true); // HTTP alone
    await pass(2000);
    assert(await waitForAnswer(first) < 1000);
    const onlineMs = Date.now();
    await second.page.context().setOffline(false);
    const gone = { type: "state", state: "reconnecting" };
    const { atMs: goneMs } = await second.waitForTold(gone, {
      sinceMs: offlineMs,
    });
    const back = { type: "state", state: "joined" };
    const { atMs } = await second.waitForTold(back, { sinceMs: goneMs });
    assert(atMs - onlineMs < PROMISED_MS, `${atMs - onlineMs} ms`);
    for (const member of [first, second]) {
      assertEquals(await toldOf(member, "peerleave"), []);
    }
  },
);

Deno.test({
  name: "five peers meet although a node is killed while they connect" +
    chromiumMissing,
  ignore: chromiumPath === undefined,
  async fn() {
    const pages = servePages();
    const cheap = await startNodeProcess({
      idleWork: 2 ** 16,
      fullWork: 2 ** 16,
    });
    const dear = await startTestNode({
      curve: { idleWork: 2 ** 18, fullWork: 2 ** 18 },
    });
    const members: RoomMember[] = [];
    try {
      for (let i = 0; i < 5; i++) {
        members.push(await RoomMember.start(pages.origin));
      }
      const nodes = [dear.origin, cheap.origin]; // the first has the library
      const joining = members.map((member) => member.join({ nodes }));
      await Promise.any(joining);
      await cheap.kill();
      await Promise.all(joining);
      await Promise.all(members.map((member) => member.waitForPeers(4)));
      for (const member of members) {
        assertEquals(await member.run(({ room }) => room.node), dear.origin);
      }
    } finally {
      await Promise.all(members.map((member) => member.close()));
      await dear.close();
      await pages.close();
    }
  },
});
