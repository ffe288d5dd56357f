import { assert, assertEquals, assertRejects } from "@std/assert";
import { startTestNode } from "./testing/test_node.ts";

async function factsOf(node: { origin: string }) {
  const headers = { accept: "application/json" };
  return await (await fetch(node.origin, { headers })).json();
}

Deno.test("two nodes side by side keep to themselves", async () => {
  const nodes = [await startTestNode(), await startTestNode()];
  assert(nodes[0]!.port !== nodes[1]!.port);
  const tokens = await Promise.all(nodes.map(factsOf));
  assert(tokens[0].token !== tokens[1].token);
  for (const node of nodes) await node.close();
});

Deno.test("a default port that is taken gives way to a free one, with a warning", async () => {
  const first = await startTestNode();
  const warnings: string[] = [];
  const second = await startTestNode(
    { port: first.port, isPortExplicit: false },
    { warn: (message) => warnings.push(message) },
  );
  assert(second.port !== first.port);
  assertEquals(warnings, [
    `Port ${first.port} is taken, choosing a free one; --port sets another.`,
  ]);
  await second.close();
  await first.close();
});

Deno.test("a port that was asked for and is taken is an error", async () => {
  const first = await startTestNode();
  const { port } = first;
  await assertRejects(() => startTestNode({ port, isPortExplicit: true }));
  await first.close();
});

Deno.test("a node listens on IPv6 and answers by that name", async () => {
  const node = await startTestNode({ host: "::1" });
  const { url } = await fetch(`http://[::1]:${node.port}/ip`)
    .then(async (response) => {
      assertEquals(response.status, 200);
      await response.body?.cancel();
      return response;
    });
  assert(url.includes("[::1]"));
  await node.close();
});

Deno.test("a closed node lets go of its port", async () => {
  const first = await startTestNode();
  await first.close();
  const second = await startTestNode({ port: first.port });
  assertEquals((await factsOf(second)).name, "sigmesh");
  await second.close();
});
