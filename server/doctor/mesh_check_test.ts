import { assert, assertEquals } from "@std/assert";
import { proxyTo } from "../testing/spoiling_proxy.ts";
import { SOME_KEY } from "../testing/node_answer.ts";
import { startMeshNode } from "../testing/test_mesh.ts";
import { checkMesh } from "./mesh_check.ts";

const NODE = { key: SOME_KEY };

Deno.test("a proxy that passes no upgrade on is found, and told what nginx needs", async () => {
  const node = await startMeshNode();
  await using proxy = proxyTo(node.origin, ({ url }) => new Request(url));
  const finding = await checkMesh(`http://127.0.0.1:${proxy.addr.port}`, NODE);
  assertEquals(finding.status, "fail");
  assert(finding.todo?.includes("Upgrade $http_upgrade"));
  assertEquals((await checkMesh(node.origin, NODE)).status, "ok");
  await node.close();
});

Deno.test("a node that has no place for a link is a warning, a closed port a failure", async () => {
  const busy = proxyTo("", () => new Response(null, { status: 503 }));
  const origin = `http://127.0.0.1:${busy.addr.port}`;
  assertEquals((await checkMesh(origin, NODE)).status, "warn");
  await busy.shutdown();
  assertEquals((await checkMesh(origin, NODE)).status, "fail");
});
