import { assert, assertEquals, assertRejects } from "@std/assert";
import { DEFAULT_CONFIG } from "./config.ts";
import { createNetwork } from "./mesh/members/network.ts";
import { reasonNotAnnounced } from "./node_mesh.ts";
import { opensslMissing, writeCertificate } from "./testing/certificates.ts";
import { FakeClock } from "./testing/fake_clock.ts";
import { freePort, startMeshNode } from "./testing/test_mesh.ts";
import { startTestNode } from "./testing/test_node.ts";

Deno.test("a node says why it is not announced", () => {
  const reason = (config = {}) =>
    reasonNotAnnounced({ ...DEFAULT_CONFIG, ...config });
  assertEquals(reason(), "no --public-url");
  const publicUrl = "https://node.example";
  assertEquals(reason({ publicUrl }), undefined);
  assertEquals(reason({ publicUrl, mesh: false }), "--no-mesh");
  const plain = { publicUrl: "http://node.example" };
  assert(reason(plain)!.includes("not https"));
  assertEquals(reason({ ...plain, allowPrivate: true }), undefined);
});

Deno.test("a node on plain http is announced at its own port, one without a public URL not at all", async () => {
  const node = await startMeshNode();
  assertEquals(node.parts.mesh!.announcePort, node.port);
  assertEquals(node.parts.mesh!.hintListener, null);
  const nameless = await startMeshNode({ publicUrl: null });
  assertEquals(nameless.parts.mesh!.announcePort, null);
  await nameless.close();
  await node.close();
});

Deno.test("a node without a mesh has no key", async () => {
  const node = await startTestNode();
  const headers = { accept: "application/json" };
  const facts = await (await fetch(node.origin, { headers })).json();
  assertEquals([facts.key, facts.nodes], [null, 0]);
  assertEquals(node.parts.mesh, null);
  await node.close();
});

Deno.test("behind a proxy a port of its own tells where the node is, and nothing else", async () => {
  const publicUrl = "https://localhost:8443";
  const node = await startMeshNode({ publicUrl, announcePort: 0 });
  const { hintListener, announcePort } = node.parts.mesh!;
  assertEquals(announcePort, hintListener!.port);
  const hints = `http://127.0.0.1:${announcePort}`;
  const headers = { host: "anything.example" };
  const hint = await fetch(`${hints}/`, { headers });
  assertEquals(await hint.json(), {
    name: "sigmesh",
    protocol: 1,
    url: publicUrl,
  });
  const other = await fetch(`${hints}/nodes`);
  assertEquals([other.status, await other.json()], [404, { url: publicUrl }]);
  const post = await fetch(`${hints}/`, { method: "POST", body: "x" });
  assertEquals([post.status, await post.json()], [404, { url: publicUrl }]);
  await node.close();
  assertEquals(node.faults, []);
});

Deno.test("who asks for hints too often is refused", async () => {
  const publicUrl = "https://localhost:8443";
  const node = await startMeshNode({
    ...{ publicUrl, announcePort: 0, maxUnpaidPerIp: 1 },
  });
  const url = `http://127.0.0.1:${node.parts.mesh!.announcePort}/`;
  const statuses = new Set<number>();
  for (let i = 0; i < 6; i++) {
    const response = await fetch(url);
    await response.body?.cancel();
    statuses.add(response.status);
  }
  assertEquals([...statuses], [200, 429]);
  await node.close();
});

Deno.test("a port for hints that is taken is an error where it was asked for, and the start undone", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const announcePort = taken.addr.port;
  const publicUrl = "https://localhost:8443";
  const port = freePort();
  await assertRejects(
    () => startMeshNode({ publicUrl, announcePort, port }),
    Error,
    "--announce-port",
  );
  taken.close();
  const node = await startMeshNode({ publicUrl, announcePort, port });
  await node.close();
});

Deno.test({
  name:
    `a node with a certificate is found by its hints, and by its own port${opensslMissing}`,
  ignore: opensslMissing !== "",
  async fn() {
    const folder = await Deno.makeTempDir();
    const files = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
    await writeCertificate(files);
    const port = freePort();
    const publicUrl = `https://localhost:${port}`;
    const clock = new FakeClock();
    const node = await startMeshNode({
      ...{ publicUrl, port, announcePort: 0, certificate: files },
    }, { clock });
    const ca = await Deno.readTextFile(files.cert);
    for (const hinted of [node.parts.mesh!.announcePort!, port]) {
      for (const network of [createNetwork({ ca }), createNetwork()]) {
        const { members, ...seeker } = await startMeshNode(
          { publicUrl: null },
          { clock, network },
        );
        members.hearHost({ host: "127.0.0.1", port: hinted });
        clock.advance(1000);
        await members.idle();
        const isTrusted = members.totals.probes["bad-certificate"] === 0;
        assertEquals(members.find(publicUrl) !== undefined, isTrusted);
        await seeker.close();
      }
    }
    await node.close();
    await Deno.remove(folder, { recursive: true });
    assertEquals(node.faults, []);
  },
});
