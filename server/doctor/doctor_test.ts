import { assert, assertEquals } from "@std/assert";
import {
  LOCAL_TURN,
  startTestNode,
  withTestNode,
} from "../testing/test_node.ts";
import { diagnose } from "./doctor.ts";
import { formatFinding } from "./finding.ts";
import { checkStun } from "./stun_check.ts";
import { checkClock } from "./node_check.ts";

/** Check -> status. */
async function statusesOf(url: string): Promise<Record<string, string>> {
  const { findings } = await diagnose(url);
  return Object.fromEntries(findings.map((f) => [f.check, f.status]));
}

/** A real proxy that spoils what the rule says. */
function proxyTo(
  origin: string,
  spoil: (request: Request) => Request | Response,
) {
  return Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const spoilt = spoil(request);
      if (spoilt instanceof Response) return spoilt;
      const { pathname } = new URL(request.url);
      const { method, headers } = spoilt;
      const body = method === "POST" ? await spoilt.text() : null;
      const init = { method, headers, body, signal: request.signal };
      return await fetch(origin + pathname, init);
    },
  );
}

Deno.test("a node that works fails no check", async () => {
  const node = await startTestNode({ turn: LOCAL_TURN });
  try {
    assertEquals(await statusesOf(node.origin), {
      ...{ node: "ok", url: "warn", clock: "ok", cors: "ok" },
      ...{ "client-address": "warn", stream: "ok", post: "ok" },
      ...{ delivery: "ok", stun: "ok" },
      ...{ turn: "ok", "turn-ports": "ok", "turn-tcp": "ok" },
    });
  } finally {
    await node.close();
  }
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

Deno.test("a proxy that answers OPTIONS itself, and one that holds streams back, are found", async () => {
  await withTestNode(async ({ origin }) => {
    await using proxy = proxyTo(origin, (request) => {
      if (request.method === "OPTIONS") return new Response();
      return request.headers.get("accept") === "text/event-stream"
        ? new Response(new ReadableStream())
        : request;
    });
    const found = await statusesOf(`http://127.0.0.1:${proxy.addr.port}`);
    assertEquals([found.cors, found.stream], ["fail", "fail"]);
  });
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

Deno.test("a STUN server that stays silent is found, and its port named", async () => {
  const silent = Deno.listenDatagram({
    ...{ transport: "udp", hostname: "127.0.0.1", port: 0 },
  });
  const { port } = silent.addr as Deno.NetAddr;
  const [finding] = await checkStun([`stun:127.0.0.1:${port}`]);
  silent.close();
  assertEquals(finding?.status, "fail");
  assert(finding?.todo?.includes(`UDP port ${port}`));
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
