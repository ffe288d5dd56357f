import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { FakeClock } from "../testing/fake_clock.ts";
import { proxyTo } from "../testing/spoiling_proxy.ts";
import { startTestNode } from "../testing/test_node.ts";
import { checkHeartbeat, checkStream } from "./stream_check.ts";

const EVENT_STREAM = { "content-type": "text/event-stream" };
const FIRST_EVENT = "event: quote\ndata: {}\n\n";

Deno.test("a stream that stays open and has a heartbeat is all right, one without is not", async () => {
  const clock = new FakeClock();
  const node = await startTestNode({}, { clock });
  await using proxy = proxyTo("", async ({ url, headers, signal }) => {
    const path = new URL(url).pathname;
    const stream = await fetch(node.origin + path, { headers, signal });
    clock.advance(15_000);
    return stream;
  });
  const still = await checkHeartbeat(node.origin, { waitMs: 100 });
  const beating = await checkHeartbeat(
    `http://127.0.0.1:${proxy.addr.port}`,
    { waitMs: 1000 },
  );
  assertEquals([still.status, beating.status], ["fail", "ok"]);
  await node.close();
  assertEquals(node.faults, []);
});

Deno.test("a stream that a proxy ends is found before the wait is over", async () => {
  await using proxy = proxyTo("", () => new Response(FIRST_EVENT));
  const finding = await checkHeartbeat(`http://127.0.0.1:${proxy.addr.port}`);
  assertEquals(finding.status, "fail");
  assert(finding.todo?.includes("proxy_read_timeout"));
});

Deno.test("a stream that comes compressed is a warning", async () => {
  const headers = { ...EVENT_STREAM, "content-encoding": "gzip" };
  await using proxy = proxyTo(
    "",
    ({ method }) =>
      method === "GET"
        ? new Response(new Uint8Array(gzipSync(FIRST_EVENT)), { headers })
        : new Response(),
  );
  const [stream] = await checkStream(`http://127.0.0.1:${proxy.addr.port}`);
  assertEquals(stream?.status, "warn");
});
