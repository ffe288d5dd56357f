/** What can be made to be remembered, and that it is forgotten. */

import { assert, assertEquals } from "@std/assert";
import { parseRoomHash, type RoomHash } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../limits.ts";
import { attack } from "../testing/attack.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { FakeSink, turn } from "../testing/fake_sink.ts";
import {
  ask,
  freshRoomPath,
  mineFor,
  preparePost,
  sendPost,
} from "../testing/honest_client.ts";
import { heapBytes } from "../testing/heap.ts";
import { startTestNode, type TestNode } from "../testing/test_node.ts";
import { Wire } from "../testing/wire.ts";

const MEBIBYTE = 2 ** 20;

function roomOf(index: number): RoomHash {
  return parseRoomHash(index.toString(16).padStart(40, "0"))!;
}

Deno.test("100,000 rooms are the most; they cost what they may, and are forgotten", async () => {
  const clock = new FakeClock();
  const node = await startTestNode({ maxSubscribers: 200_000 }, { clock });
  const { rooms } = node.parts;
  try {
    const before = await preparePost(node, { path: `/room/${roomOf(7)}` });
    const heapBefore = heapBytes();
    const body = new Uint8Array(1000).fill(0x61);
    for (let i = 0; i < SERVER_LIMITS.rooms; i++) {
      rooms.post(roomOf(i), {
        ...{ id: `${i}`.padStart(16, "0"), body },
        ...{ stamp: "", origin: "" },
      });
    }
    assertEquals(rooms.size, SERVER_LIMITS.rooms);
    assert(rooms.held.bytes <= SERVER_LIMITS.historyBytes);
    const heldBytes = heapBytes() - heapBefore;
    assert(heldBytes < 250 * MEBIBYTE, `${heldBytes}`);

    const another = { path: freshRoomPath(), body: "x" };
    const { token } = JSON.parse((await ask(node, { path: "/" })).text);
    const quote = { token, height: 8 };
    const stamp = await mineFor(node, { ...another, quote });
    assertEquals(
      await sendPost(node, { ...another, stamp }),
      "too-many-rooms",
    );
    const refusal = rooms.refusalOfStream(roomOf(1e6), "192.0.2.1");
    assertEquals(refusal, "too-many-rooms");
    assertEquals(await sendPost(node, before), "accepted");

    clock.advance(75_000);
    assertEquals(rooms.size, 0);
    assertEquals(rooms.held, { messages: 0, bytes: 0 });
    assertEquals(await sendPost(node, { ...another, stamp }), "accepted");
    const leftBytes = heapBytes() - heapBefore;
    assert(leftBytes < 5 * MEBIBYTE, `${leftBytes}`);
    assertEquals(node.faults, []);
  } finally {
    await node.close();
  }
});

Deno.test("100,000 streams, each on a room of its own, leave nothing behind", async () => {
  const clock = new FakeClock();
  const config = { maxSubscribers: 200_000, maxSubscribersPerIp: 200_000 };
  const node = await startTestNode(config, { clock });
  const { rooms } = node.parts;
  try {
    const post = await preparePost(node);
    const heapBefore = heapBytes();
    let sinks: FakeSink[] = [];
    for (let i = 0; i < SERVER_LIMITS.rooms; i++) {
      const addressBlock = `192.0.2.${i % 256}`;
      if (rooms.refusalOfStream(roomOf(i), addressBlock) !== undefined) break;
      const sink = new FakeSink();
      sinks.push(sink);
      rooms.subscribe(roomOf(i), { sink, addressBlock, replay: undefined });
    }
    assertEquals(rooms.subscribers, SERVER_LIMITS.rooms);
    assertEquals(
      rooms.refusalOfStream(roomOf(1e6), "198.51.100.1"),
      "too-many-rooms",
    );
    await turn();
    for (const sink of sinks) sink.destroy();
    assertEquals([rooms.size, rooms.subscribers], [0, 0]);
    sinks = [];
    const leftBytes = heapBytes() - heapBefore;
    assert(leftBytes < 5 * MEBIBYTE, `${leftBytes}`);
    assertEquals(await sendPost(node, post), "accepted");
    assertEquals(node.faults, []);
  } finally {
    await node.close();
  }
});

/** A room whose history is full. */
function fillRoom({ parts: { rooms } }: TestNode): RoomHash {
  const room = roomOf(1);
  for (let i = 0; i < SERVER_LIMITS.historyMessages; i++) {
    rooms.post(room, {
      ...{
        id: `${i}`.padStart(16, "0"),
        body: new Uint8Array(1000).fill(0x61),
      },
      ...{ stamp: "", origin: "" },
    });
  }
  return room;
}

const REPLAYS = [
  "?since=60",
  "?last_event_id=nobody",
  "?last_event_id=" + "0".repeat(16),
];

attack(
  "a storm of replays is served from one copy, whoever reads",
  async (node) => {
    const room = fillRoom(node);
    const wires: Wire[] = [];
    const heapBefore = heapBytes();
    for (let i = 0; i < 40; i++) {
      const wire = await Wire.dial(node);
      wires.push(wire);
      const path = `/room/${room}${REPLAYS[i % REPLAYS.length]}`;
      await wire.send(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${node.port}\r\n` +
          "Accept: text/event-stream\r\n\r\n",
      );
    }
    while (node.parts.rooms.subscribers < wires.length) await turn();
    // None has read anything; what waits is shared, or in the kernel.
    assert(heapBytes() - heapBefore < 10 * MEBIBYTE);
    const last = new RegExp(
      "id: " + `${SERVER_LIMITS.historyMessages - 1}`.padStart(16, "0"),
    );
    for (const wire of wires.slice(0, 30)) {
      const text = await wire.readUntil(last);
      assert(
        text.match(/^id: /gm)!.length >= SERVER_LIMITS.historyMessages - 1,
      );
    }
    for (const wire of wires) wire.close();
    while (node.parts.rooms.subscribers > 0) await turn();
  },
  { config: { maxUnpaidPerIp: 100 } },
);

attack(
  "ids and times to replay from that are none are refused or unknown",
  async (node) => {
    const room = fillRoom(node);
    const answer = async (query: string, headers = "") => {
      await using wire = await Wire.dial(node);
      await wire.send(
        `GET /room/${room}?${query} HTTP/1.1\r\nHost: 127.0.0.1:${node.port}\r\n` +
          `Accept: text/event-stream\r\n${headers}\r\n`,
      );
      return await wire.readUntil(/event: resync|"detail"/);
    };
    const times = [
      "61",
      "-1",
      "1e1",
      "0x1",
      "NaN",
      "Infinity",
      "",
      " 1",
      "9".repeat(400),
    ];
    for (const since of times) {
      const said = await answer(`since=${encodeURIComponent(since)}`);
      assert(said.includes("bad-field"), since);
    }
    for (const id of ["%00", "x".repeat(8000), "__proto__", "%F0%9F%98%80"]) {
      assert((await answer(`last_event_id=${id}`)).includes("resync"), id);
      assert((await answer("", `Last-Event-ID: ${id}\r\n`)).includes("resync"));
    }
  },
);

attack("thousands of spellings of Accept are not remembered", async (node) => {
  const heapBefore = heapBytes();
  for (let i = 0; i < 90; i++) {
    const headers = `Accept: text/html;v=${i}${",".repeat(15_000)}\r\n`;
    await ask(node, { path: "/ip", headers });
  }
  const leftBytes = heapBytes() - heapBefore;
  assert(leftBytes < 3 * MEBIBYTE, `${leftBytes}`);
});
