import { assertEquals } from "@std/assert";
import { logOf, openLog } from "./log.ts";
import { LogReader } from "./testing/log_reader.ts";
import { parseSamples } from "./testing/samples.ts";
import { createTestApi } from "./testing/test_api.ts";
import { Watch } from "./watch.ts";

const EXCHANGE = {
  endpoint: "/ip",
  method: "GET",
  status: 200,
  durationMs: 1.23456,
};

function createWatch(isMeasuring: boolean) {
  const faults: unknown[] = [];
  const onFault = (fault: unknown) => faults.push(fault);
  const log = logOf("http");
  return { faults, watch: new Watch({ isMeasuring, log, onFault }) };
}

Deno.test("faults are counted and passed on", () => {
  const { watch, faults } = createWatch(true);
  watch.noteFault("a");
  watch.noteFault("b");
  assertEquals([watch.faults(), faults], [2, ["a", "b"]]);
});

Deno.test("requests are measured only where somebody may ask", async () => {
  for (
    const [isMeasuring, expected] of [[true, 1], [false, undefined]] as const
  ) {
    const { watch } = createWatch(isMeasuring);
    watch.noteExchange(EXCHANGE);
    const samples = parseSamples(await watch.metrics.format());
    const name = "sigmesh_http_requests_total";
    const series = `${name}{endpoint="/ip",method="GET",status="200"}`;
    assertEquals(samples.get(series), expected);
  }
});

Deno.test("at debug every request is a line, and nothing of a client's choice is in it", async () => {
  const reader = new LogReader();
  const { out } = reader;
  const log = await openLog({
    level: "debug",
    format: "text",
    out,
    isTimed: false,
  });
  const { call, post } = await createTestApi();
  const room = "/room/" + "5ec2e7".repeat(6) + "abcd";
  const secret = {
    authorization: "PoW secret",
    "last-event-id": "secret\x1b[2J",
  };
  for (
    const [path, method] of [
      ["/secret%0Aerror%20http:%20forged", "GET"],
      ["/secret\x1b[2J", "SECRET"],
      [`${room}?pow=secret`, "POST"],
    ] as const
  ) {
    const init = { method, headers: secret };
    const answer = await call(path, init) as Response;
    await answer.body?.cancel();
  }
  await post(room, "secret");
  await log.close();
  assertEquals(
    reader.lines.map((line) => line.replace(/[\d.]+ ms$/, "… ms")),
    [
      "debug http: GET unknown 404 … ms",
      "debug http: other unknown 404 … ms",
      "debug http: POST /room/HASH 401 … ms",
      "debug http: POST /room/HASH 401 … ms",
      "debug http: POST /room/HASH 202 … ms",
    ],
  );
});

Deno.test("at info a request is no line", async () => {
  const reader = new LogReader();
  const log = await openLog({
    level: "info",
    format: "json",
    out: reader.out,
    isTimed: true,
  });
  createWatch(true).watch.noteExchange(EXCHANGE);
  await log.close();
  assertEquals(reader.text, "");
});
