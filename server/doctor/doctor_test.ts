import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakeClock } from "../testing/fake_clock.ts";
import { startPrivateDht } from "../testing/private_dht.ts";
import { proxyTo } from "../testing/spoiling_proxy.ts";
import { startMeshNode } from "../testing/test_mesh.ts";
import { LOCAL_TURN, localDht, withTestNode } from "../testing/test_node.ts";
import { diagnose } from "./doctor.ts";
import { formatDiagnosis, formatFinding } from "./finding.ts";
import { checkClock } from "./node_check.ts";
import { checkCors } from "./proxy_check.ts";

/** Check -> status. */
async function statusesOf(url: string): Promise<Record<string, string>> {
  const { findings } = await diagnose(url, { isQuick: true });
  return Object.fromEntries(findings.map((f) => [f.check, f.status]));
}

Deno.test("a node that works fails no check", async () => {
  const { bootstrap, close } = await startPrivateDht();
  const clock = new FakeClock(Date.now());
  const node = await startMeshNode(
    { turn: LOCAL_TURN, dht: localDht(bootstrap) },
    { clock },
  );
  const other = await startMeshNode({ peers: [node.origin] });
  await node.parts.dht!.joined;
  await other.members.idle();
  clock.advance(1000); // who has asked is asked in turn
  await node.members.idle();
  assertEquals(await statusesOf(node.origin), {
    ...{ node: "ok", url: "ok", clock: "ok", cors: "ok" },
    ...{ "client-address": "warn", stream: "ok", post: "ok" },
    ...{ delivery: "ok", stun: "ok" },
    ...{ turn: "ok", "turn-ports": "ok", "turn-tcp": "ok" },
    ...{ dht: "ok", "dht-port": "ok", mesh: "ok", listed: "ok" },
    ...{ outside: "skip" },
  });
  await Promise.all([node.close(), other.close()]);
  await close();
  assertEquals([...node.faults, ...other.faults], []);
});

Deno.test("a node alone is not blamed for what it does without", async () => {
  await withTestNode(async ({ origin }) => {
    const { turn, dht, mesh, listed } = await statusesOf(origin);
    assertEquals([turn, dht, mesh, listed], ["skip", "skip", "skip", "skip"]);
  });
});

Deno.test("a node that trusts every client's X-Forwarded-For is found", async () => {
  await withTestNode(async ({ origin }) => {
    assertEquals((await statusesOf(origin))["client-address"], "fail");
  }, { trustProxy: ["loopback"] });
});

Deno.test("a node that says it is another one is found", async () => {
  await withTestNode(async ({ origin }) => {
    assertEquals((await statusesOf(origin)).url, "fail");
  }, { publicUrl: "https://node.example" });
});

Deno.test("a proxy that eats Authorization is found", async () => {
  await withTestNode(async ({ origin }) => {
    await using proxy = proxyTo(origin, (request) => {
      const headers = new Headers(request.headers);
      headers.delete("authorization");
      return new Request(request, { headers });
    });
    const { post } = await statusesOf(`http://127.0.0.1:${proxy.addr.port}`);
    assertEquals(post, "fail");
  });
});

Deno.test("a proxy that answers OPTIONS itself is found", async () => {
  await using proxy = proxyTo("", () => new Response());
  const { status } = await checkCors(`http://127.0.0.1:${proxy.addr.port}`);
  assertEquals(status, "fail");
});

Deno.test("redirects, other servers and closed ports end the visit", async () => {
  for (
    const answer of [Response.redirect("https://x.example"), new Response("hi")]
  ) {
    await using server = proxyTo("", () => answer);
    const url = `http://127.0.0.1:${server.addr.port}`;
    assertEquals(await statusesOf(url), { node: "fail" });
  }
  assertEquals(await statusesOf("http://127.0.0.1:1"), { node: "fail" });
});

Deno.test("a clock that is off is a warning", async () => {
  await withTestNode(async ({ origin }) => {
    const { token } = await (await fetch(origin, {
      headers: { accept: "application/json" },
    })).json();
    const now = Date.now();
    const at = (ms: number) =>
      checkClock(token, { askedAt: ms, answeredAt: ms }).status;
    assertEquals([at(now), at(now - 60_000), at(now + 60_000)], [
      ...["ok", "warn", "warn"],
    ]);
  });
});

Deno.test("what a node says cannot move the cursor", () => {
  const line = formatFinding({
    ...{ check: "node", status: "ok", message: "\x1b[2J\n" },
  });
  assert(!line.includes("\x1b") && line.split("\n").length === 2);
});

Deno.test("what a node says hides nothing in JSON, and is the same when it is read", () => {
  const message = "\u202e\u200b\u{e0041}\x7f\x9b2J\u{1f600}";
  const diagnosis = {
    ...{ url: "http://127.0.0.1", ok: true },
    findings: [{ check: "node", status: "ok" as const, message }],
  };
  const json = formatDiagnosis(diagnosis);
  assertMatch(json, /^[ -~]+\n$/);
  assertEquals(JSON.parse(json), diagnosis);
});
