/** The mesh as a whole: nodes that know nothing but a DHT. */

import { assertEquals } from "@std/assert";
import { parseNodes } from "@sigmesh/core/wire";
import {
  ask,
  assertTakes,
  freshRoomPath,
  preparePost,
} from "./testing/honest_client.ts";
import { StreamReader } from "./testing/stream_reader.ts";
import type { MeshNode } from "./testing/test_mesh.ts";
import { startTestnet } from "./testing/testnet.ts";

async function post(node: MeshNode, path: string, body: string) {
  await assertTakes(node, await preparePost(node, { path, body }));
}

/** Bodies as they are read, in no order: that of arrival differs between nodes. */
async function bodiesOf(reader: StreamReader, count: number) {
  return (await reader.until(count)).toSorted();
}

Deno.test("three nodes find each other by the DHT alone and are one, while one comes and one goes", async () => {
  await using testnet = await startTestnet(3);
  await testnet.acquainted();
  for (const node of testnet.nodes) {
    const { text } = await ask(node, { path: "/nodes" });
    const others = testnet.nodes.filter((other) => other !== node);
    assertEquals(
      parseNodes(JSON.parse(text))!.toSorted(),
      others.map(({ origin }) => origin).toSorted(),
    );
  }

  const path = freshRoomPath();
  await using stack = new AsyncDisposableStack();
  const read = async (node: MeshNode, query = "") =>
    stack.use(await StreamReader.open(node, path, query));
  const readers = await Promise.all(testnet.nodes.map((node) => read(node)));
  const [first, second, third] = [...testnet.nodes];
  await post(first!, path, "one");
  await post(third!, path, "two");
  for (const reader of readers) {
    assertEquals(await bodiesOf(reader, 2), ["one", "two"]);
  }

  const late = await testnet.add();
  await testnet.acquainted();
  const lateReader = await read(late, "?since=60");
  assertEquals(await bodiesOf(lateReader, 2), ["one", "two"]);

  await testnet.stop(second!);
  await post(first!, path, "three");
  await post(late, path, "zero");
  for (const reader of [readers[0]!, readers[2]!, lateReader]) {
    const all = ["one", "three", "two", "zero"];
    assertEquals(await bodiesOf(reader, 4), all);
  }
  assertEquals(testnet.faults, []);
});
