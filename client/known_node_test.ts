import { assert, assertEquals, assertRejects } from "@std/assert";
import { formatToken, MESH_FLOOR } from "@sigmesh/core";
import { FakeClock } from "../server/testing/fake_clock.ts";
import { withTestNode } from "../server/testing/test_node.ts";
import { NodeUnreachableError } from "./errors.ts";
import { KnownNode } from "./known_node.ts";
import { NodeClient } from "./node_client.ts";
import { thisPage } from "./page.ts";

const { signal } = new AbortController();

function know(origin: string) {
  const clock = new FakeClock();
  const page = { ...thisPage, now: () => clock.now() };
  return { clock, node: new KnownNode(new NodeClient(origin), page) };
}

Deno.test("a node that is asked has a price, for a minute", async () => {
  await withTestNode(async ({ origin }) => {
    const { clock, node } = know(origin);
    assertEquals([node.isQuoted, node.work], [false, MESH_FLOOR]);
    await Promise.all([node.ask(signal), node.ask(signal)]);
    assertEquals([node.isQuoted, node.work], [true, 2 ** 8]);
    clock.advance(59_999);
    assert(node.isQuoted);
    clock.advance(1);
    assert(!node.isQuoted);
  });
});

Deno.test("the price is that of the token, whatever a room adds", () => {
  const { node } = know("http://node.example");
  const claim = { issuedAt: 1, height: 20 };
  const token = formatToken(claim, new Uint8Array(16));
  node.hearQuote({ token, height: 25 });
  assertEquals(node.work, 2 ** 20);
  assertEquals(node.costMs(2 ** 10), 2 ** 10);
  node.hearQuote({ token: "none", height: 1 });
  assertEquals(node.work, 2 ** 20);
});

Deno.test("failing counts for a minute, or until a stream opens", () => {
  const { clock, node } = know("http://node.example");
  assert(!node.hasFailed);
  node.fail(new Error("broken"));
  clock.advance(59_999);
  assert(node.hasFailed);
  clock.advance(1);
  assert(!node.hasFailed);
  node.fail(new Error("broken"));
  node.recover();
  assert(!node.hasFailed);
});

Deno.test("a question that is withdrawn is no failure, one without answer is", async () => {
  const { node } = know("http://127.0.0.1:1");
  const reason = new Error("closed");
  await assertRejects(() => node.ask(AbortSignal.abort(reason)));
  assert(!node.hasFailed);
  await assertRejects(() => node.ask(signal), NodeUnreachableError);
  assert(node.hasFailed);
  assert(node.cause instanceof NodeUnreachableError);
});
