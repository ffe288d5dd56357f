import { assertStringIncludes } from "@std/assert";
import type { Config } from "../../config.ts";
import { turn as nextTurn } from "../../testing/fake_sink.ts";
import { stillTurn } from "../../testing/still_turn.ts";
import { createTestApi } from "../../testing/test_api.ts";
import { DEFAULT_TURN } from "../../turn_config.ts";

async function statusOf(config: Partial<Config>) {
  const { start, servers } = stillTurn();
  const api = await createTestApi(config, { startTurn: start });
  const read = async () => await (await api.call("/") as Response).text();
  return { read, servers };
}

Deno.test("the status page tells where TURN listens and how it fares", async () => {
  const { read, servers } = await statusOf({ turn: DEFAULT_TURN });
  const [server] = servers;
  server!.totals = {
    ...server!.totals,
    allocations: 12,
    relayedPackets: { sent: 1000, received: 2000 },
    relayedBytes: { sent: 1_500_000, received: 2_000_000_000 },
    refused: { 401: 99, 403: 3, 486: 1 },
  };
  const html = await read();
  assertStringIncludes(html, "udp/0.0.0.0:3478 tcp/0.0.0.0:3478 udp/[::]:3478");
  assertStringIncludes(html, "12 of 500");
  assertStringIncludes(html, "1.5 MB sent, 2.0 GB received, 3,000 packets");
  assertStringIncludes(html, "<dd>3 with 403, 1 with 486</dd>");
});

Deno.test("a server that is being replaced is shown as that", async () => {
  const { read, servers } = await statusOf({ turn: DEFAULT_TURN });
  assertStringIncludes(await read(), "<dd>running</dd>");
  servers[0]!.die("a fault of this test");
  await nextTurn();
  assertStringIncludes(await read(), "<dd>being started again</dd>");
});

Deno.test("another server's URLs are shown, but not its secret", async () => {
  const { read } = await statusOf({
    turn: { kind: "external", urls: ["turn:turn.example"], secret: "s3cret" },
  });
  const html = await read();
  assertStringIncludes(html, "<code>turn:turn.example</code>");
  if (html.includes("s3cret")) throw new Error("the page tells the secret");
});

Deno.test("a node without TURN says so", async () => {
  const { read } = await statusOf({ turn: { kind: "none" } });
  assertStringIncludes(await read(), "None: this node was started with");
});
