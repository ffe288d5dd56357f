/** Clients that take their time, on real sockets. It takes these tests theirs. */

import { assertEquals, assertMatch } from "@std/assert";
import { parseRoomHash } from "@sigmesh/core/wire";
import { DEFAULT_CONFIG } from "../config.ts";
import { buildNode } from "../node.ts";
import { idleReadings, withTestNode } from "../testing/test_node.ts";
import { Wire } from "../testing/wire.ts";
import { listenHttp } from "./http_listener.ts";

const ROOM = parseRoomHash("ab".repeat(20))!;
/** More than a kernel holds for a reader that does not read. */
const MOST_POSTS = 20_000;

Deno.test("a reader that stops is disconnected, another reads on", async () => {
  const faults: unknown[] = [];
  const onFault = (fault: unknown) => faults.push(fault);
  const node = await buildNode({
    ...DEFAULT_CONFIG,
    dht: { kind: "none" },
    turn: { kind: "none" },
  }, {
    readings: idleReadings,
    onFault,
  });
  const listener = await listenHttp({
    api: node.api,
    host: "127.0.0.1",
    port: 0,
    trustProxy: [],
    certificate: undefined,
    clock: node.clock,
    effort: node.effort,
    onFault,
  });
  node.start();
  const ask =
    `GET /room/${ROOM} HTTP/1.1\r\nHost: 127.0.0.1:${listener.port}\r\n` +
    "Accept: text/event-stream\r\n\r\n";
  const [stopped, reader] = [
    await Wire.dial(listener),
    await Wire.dial(listener),
  ];
  await stopped.send(ask);
  await reader.send(ask);
  const heard = reader.readToEnd();
  const post = new Uint8Array(1000).fill(0x61);
  let posts = 0;
  while (node.rooms.subscribers < 2) await nextTurn();
  while (node.rooms.subscribers === 2 && posts < MOST_POSTS) {
    node.rooms.post(ROOM, {
      ...{ id: `${posts++}`.padStart(16, "0"), body: post },
      ...{ stamp: "", origin: "" },
    });
    await nextTurn();
  }
  assertEquals(node.rooms.subscribers, 1);

  node.close();
  await listener.close(1000);
  await stopped[Symbol.asyncDispose]();
  const messages = (await heard).match(/^id: /gm) ?? [];
  await reader[Symbol.asyncDispose]();
  assertEquals(messages.length, posts);
  assertEquals(faults, []);
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("half a head and half a body are waited for, not for ever", async () => {
  await withTestNode(async (node) => {
    const [head, body] = [await Wire.dial(node), await Wire.dial(node)];
    await head.send("GET / HTT");
    await body.send(
      `POST /room/${ROOM} HTTP/1.1\r\nHost: 127.0.0.1:${node.port}\r\n` +
        "Content-Length: 9\r\n\r\nhalf",
    );
    for (const wire of [head, body]) {
      assertMatch(await wire.readToEnd(), /^HTTP\/1.1 408 /);
      await wire[Symbol.asyncDispose]();
    }
  });
});
