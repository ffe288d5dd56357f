/** More of everything than a node has room for; whoever pays is served beside it. */

import { assert, assertEquals } from "@std/assert";
import { EFFORT_US } from "../load/effort.ts";
import { SERVER_LIMITS } from "../limits.ts";
import { attack } from "../testing/attack.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { turn } from "../testing/fake_sink.ts";
import {
  ask,
  freshRoomPath,
  preparePost,
  sendPost,
} from "../testing/honest_client.ts";
import {
  idleReadings,
  startTestNode,
  type TestNode,
} from "../testing/test_node.ts";
import { Wire } from "../testing/wire.ts";

const head = (node: TestNode, path: string, more = "") =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${node.port}\r\n${more}\r\n`;
const STREAM = "Accept: text/event-stream\r\n";

async function dialMany(node: TestNode, count: number): Promise<Wire[]> {
  const wires = [];
  for (let i = 0; i < count; i++) wires.push(await Wire.dial(node));
  return wires;
}

attack(
  "silent connections beyond an address's bound make place for whoever asks",
  async (node) => {
    const excess = 100;
    const most = SERVER_LIMITS.connectionsPerAddress;
    const wires = await dialMany(node, most + excess);
    for (const wire of wires.slice(0, excess)) {
      assertEquals(await wire.readToEnd(), "");
    }
    const post = await preparePost(node);
    assertEquals(await sendPost(node, post), "accepted");
    for (const wire of wires) wire.close();
  },
);

attack(
  "half a request holds no connection against one who asks for something whole",
  async (node) => {
    const wires = await dialMany(node, SERVER_LIMITS.connectionsPerAddress);
    for (const wire of wires) await wire.send("POST /room/");
    assertEquals(await sendPost(node, await preparePost(node)), "accepted");
    for (const wire of wires) wire.close();
  },
);

attack(
  "streams beyond an address's bound, all at once, are told to come back, and count for nothing",
  async (node) => {
    const wires = await dialMany(node, 40);
    const path = freshRoomPath();
    for (const wire of wires) await wire.send(head(node, path, STREAM));
    const heard = await Promise.all(wires.map((w) => w.readUntil(/\n\n/)));
    const refused = heard.filter((text) =>
      text.includes("too-many-subscribers")
    );
    assertEquals(refused.length, 30);
    assertEquals(node.parts.rooms.subscribers, 10);
    for (const wire of wires) wire.close();
    while (node.parts.rooms.subscribers > 0) await turn();
  },
  { config: { maxSubscribersPerIp: 10 } },
);

attack(
  "streams of many addresses leave the last fifth to those who pay",
  async (node) => {
    const wires = await dialMany(node, 60);
    const heard = [];
    for (const [index, wire] of wires.entries()) {
      const from = `X-Forwarded-For: 198.51.100.${index}\r\n`;
      await wire.send(head(node, freshRoomPath(), STREAM + from));
      heard.push(await wire.readUntil(/\n\n/));
    }
    const unpaid = heard.filter((text) => text.includes("stamp-missing"));
    assertEquals(node.parts.rooms.subscribers, 40);
    assertEquals(unpaid.length, 20);
    for (const wire of wires) wire.close();
    while (node.parts.rooms.subscribers > 0) await turn();
  },
  { config: { maxSubscribers: 50, trustProxy: ["loopback"] } },
);

attack(
  "what is asked behind a stream is not answered into memory",
  async (node) => {
    const path = freshRoomPath();
    const behind = head(node, "/client.js").repeat(15);
    const wires = await dialMany(node, 20);
    for (const wire of wires.slice(0, 10)) {
      await wire.send(head(node, path, STREAM) + behind);
      await wire.readToEnd();
    }
    for (const wire of wires.slice(10)) {
      await wire.send(head(node, path, STREAM));
      await wire.readUntil(/event: quote/);
      await wire.send(behind).catch(() => {});
      await wire.readToEnd();
    }
    for (const wire of wires) wire.close();
    assertEquals(node.parts.rooms.subscribers, 0);
  },
  { config: { maxUnpaidPerIp: 1000 } },
);

attack(
  "a stream that is ready before what was asked before it is not written into that",
  async (node) => {
    await using wire = await Wire.dial(node);
    const stream = head(node, freshRoomPath(), STREAM);
    await wire.send(head(node, "/metrics") + stream);
    const answers = await wire.readToEnd();
    assert(!answers.includes("event: quote"), answers);
    assertEquals(node.parts.rooms.subscribers, 0);
  },
  { config: { metrics: true } },
);

attack(
  "odd expectations without reading end the connection as other requests do",
  async (node) => {
    await using wire = await Wire.dial(node);
    const odd = head(node, "/client.js", "Expect: nonsense\r\n");
    await wire.send(odd.repeat(10_000)).catch(() => {});
    const answers = (await wire.readToEnd()).match(/^HTTP/gm) ?? [];
    assert(answers.length < 200, `${answers.length}`);
  },
);

attack(
  "one connection may not have more answers held than a few",
  async (node) => {
    const limits = SERVER_LIMITS.heldAnswersPerConnection;
    const spend = Array.from({ length: 100 }, () => ask(node, { path: "/ip" }));
    await Promise.all(spend);
    await using wire = await Wire.dial(node);
    await wire.send(head(node, "/ip").repeat(limits + 10));
    assertEquals(await wire.readToEnd(), "");
  },
);

/** A node whose main thread is busy for a share of each second. */
async function startBusyNode() {
  const clock = new FakeClock();
  let threadMs = 0;
  const readings = () => ({ ...idleReadings(), threadMs });
  const node = await startTestNode({}, { clock, readings });
  const pass = (seconds: number, share: number) => {
    threadMs += seconds * share * 1000;
    clock.advance(seconds * 1000);
  };
  return { node, pass };
}

Deno.test("a flood that nobody pays for does not move the price; one that is paid for does", async () => {
  const { node, pass } = await startBusyNode();
  const { price, effort } = node.parts;
  const idle = price.work;
  try {
    await Promise.all(
      Array.from({ length: 100 }, () => ask(node, { path: "/ip" })),
    );
    for (let second = 0; second < 10; second++) {
      const wires = await dialMany(node, 100);
      for (const wire of wires) await wire.send(head(node, "/ip").repeat(15));
      for (const wire of wires) {
        await wire.readToEnd(); // too many answers are held
        wire.close();
      }
      pass(1, 1);
    }
    assert(price.work < idle * 1.5, `${idle} -> ${price.work}`);
    const post = await preparePost(node);
    const asked = performance.now();
    assertEquals(await sendPost(node, post), "accepted");
    assert(performance.now() - asked < 500);
    for (let second = 0; second < 10; second++) {
      effort.addPaid(10_000 * EFFORT_US.stamp);
      pass(1, 1);
    }
    assert(price.work > idle * 8, `${idle} -> ${price.work}`);
    assertEquals(node.faults, []);
  } finally {
    await node.close();
  }
});
