import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { NODE_ORIGIN_HEADER } from "@sigmesh/core/wire";
import type { Network } from "../../mesh/members/network.ts";
import { nodeAnswer, SOME_KEY } from "../../testing/node_answer.ts";
import { createTestApi } from "../../testing/test_api.ts";

/** A world in which every name is a node. */
const everywhere: Network = {
  resolve: (name) => Promise.resolve([`7.7.${/\d+/.exec(name)}.7`]),
  get({ url }) {
    const nowMs = 1_760_000_000_000;
    const body = url.pathname === "/"
      ? nodeAnswer({ nowMs, url: url.origin, height: 17.25 })
      : "[]";
    return Promise.resolve({
      ...{ ok: true, status: 200, body: new TextEncoder().encode(body) },
    });
  },
};

async function knowing(count: number, { aheadMs = 0 } = {}) {
  const api = await createTestApi({ mesh: true }, { network: everywhere });
  api.clock.sleep(aheadMs);
  const { members } = api.mesh!;
  await members.start();
  for (let i = 0; i < count; i++) {
    const headers = { [NODE_ORIGIN_HEADER]: `https://n${i}.example` };
    const from = { clientAddress: `9.9.${i}.9` };
    await api.json("/", { headers, from });
  }
  for (let second = 0; second < count; second++) {
    api.clock.advance(1000);
    await members.idle();
  }
  const read = async (path: string) =>
    await (await api.call(path) as Response).text();
  return { ...api, members, read };
}

Deno.test("a node that asks is heard, asked, and told of to others", async () => {
  const { json, mesh, members, clock } = await knowing(1);
  assertEquals((await json("/nodes")).body, ["https://n0.example"]);
  const { nodes, key } = (await json("/")).body;
  assertEquals([nodes, key], [1, mesh!.key.text]);
  const age = (clock.now() - members.find("https://n0.example")!.seenAtMs) /
    1000;
  assertEquals((await json("/nodes?detail=1")).body, [{
    url: "https://n0.example",
    key: SOME_KEY,
    height: 17.25,
    roundTrip: 0,
    age,
    linked: false,
  }]);
  members.setLinks(new Set(["https://n0.example"]));
  assertEquals((await json("/nodes?detail=1")).body[0].linked, true);
  await members.close();
});

Deno.test("a node tells of at most twenty others, or of the one asked for, and of none that has been silent for ten minutes", async () => {
  const { json, members, clock } = await knowing(30);
  assertEquals(members.size, 30);
  const first = (await json("/nodes")).body;
  assertEquals(new Set(first).size, 20);
  const one = "/nodes?url=https://n7.example";
  assertEquals((await json(one)).body, ["https://n7.example"]);
  assertEquals((await json("/nodes?url=https://n30.example")).body, []);
  await members.close();
  clock.advance(601_000);
  assertEquals((await json("/nodes")).body, []);
  assertEquals((await json(one)).body, []);
  assertEquals((await json("/")).body.nodes, 30);
});

Deno.test("the status page says so when this machine's clock is wrong", async () => {
  const { read, members } = await knowing(3, { aheadMs: 9000 });
  assertMatch(await read("/"), /clock is \d+ s ahead of those of the other/);
  await members.close();
});

Deno.test("people see the mesh on the status page, and nodes with their price as a table", async () => {
  const { read, members, mesh } = await knowing(2);
  const status = await read("/");
  assertStringIncludes(status, "<h2>Mesh</h2>");
  assertStringIncludes(status, mesh!.key.text);
  const page = await read("/nodes");
  assertStringIncludes(page, 'href="https://n1.example"');
  assertStringIncludes(page, "17.25");
  await members.close();
  const alone = await createTestApi();
  const html = await (await alone.call("/") as Response).text();
  assertStringIncludes(html, "started with --no-mesh");
  assert(!html.includes("Node key"));
});
