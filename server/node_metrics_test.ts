import { assert, assertEquals, assertMatch } from "@std/assert";
import { EventStream } from "./api/exchange.ts";
import { FakeSink, turn } from "./testing/fake_sink.ts";
import { parseSamples } from "./testing/samples.ts";
import { createTestApi } from "./testing/test_api.ts";
import { withTestNode } from "./testing/test_node.ts";

const ROOM = "/room/" + "ab".repeat(20);

async function createMeasuredApi(config = {}) {
  const api = await createTestApi({ metrics: true, ...config });
  async function scrape() {
    const response = await api.call("/metrics") as Response;
    return parseSamples(await response.text());
  }
  async function open(path = ROOM) {
    const headers = { accept: "text/event-stream" };
    const stream = await api.call(path, { headers });
    assert(stream instanceof EventStream);
    const sink = new FakeSink();
    stream.open(sink);
    await turn();
    return sink;
  }
  return { ...api, scrape, open };
}

Deno.test("without --metrics there is nothing at /metrics", async () => {
  const { json } = await createTestApi();
  assertEquals((await json("/metrics")).response.status, 404);
});

Deno.test("metrics are text for Prometheus, whatever is accepted", async () => {
  const { call } = await createTestApi({ metrics: true });
  for (const accept of ["text/html", "application/json", "*/*"]) {
    const answer = await call("/metrics", { headers: { accept } }) as Response;
    const { status, headers } = answer;
    assertEquals([status, headers.get("cache-control")], [200, "no-store"]);
    assertMatch(headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
    assertMatch(await answer.text(), /^# HELP sigmesh_/);
  }
});

Deno.test("three posts to two readers are counted as that", async () => {
  const { post, quoteFor, open, scrape } = await createMeasuredApi();
  const sinks = [await open(), await open()];
  const { height } = await quoteFor(ROOM);
  for (const text of ["a", "b", "c"]) await post(ROOM, text);
  await turn();
  const samples = await scrape();
  const counted = (name: string) => samples.get(`sigmesh_${name}`);
  assertEquals(counted("admissions_total"), 3);
  assertEquals(counted("spent_stamps"), 3);
  assertEquals(counted("messages_delivered_total"), 6);
  assertEquals(counted("history_messages"), 3);
  assertEquals(counted("rooms"), 1);
  assertEquals(counted("streams"), 2);
  assertEquals(counted("streams_opened_total"), 2);
  assert(counted("hashes_paid_total")! >= 3 * 2 ** height);
  assert(counted("history_bytes")! > 0);
  assertEquals(
    counted("stream_sent_bytes_total"),
    sinks.reduce((sum, { text }) => sum + text.length, 0),
  );
  const requests = (labels: string) =>
    counted(`http_requests_total{${labels}}`);
  const posts = 'endpoint="/room/HASH",method="POST",status=';
  assertEquals(requests(`${posts}"202"`), 3);
  assertEquals(requests(`${posts}"401"`), 4); // each asked for a quote, and we did
  assertEquals(
    counted('admissions_refused_total{reason="stamp-missing"}'),
    4,
  );
  assertEquals(
    counted(
      'http_request_duration_seconds_count{endpoint="/room/HASH"}',
    ),
    9,
  );
});

Deno.test("streams that end or are refused are counted by reason", async () => {
  const { call, clock, open, post, scrape, close } = await createMeasuredApi({
    maxSubscribers: 3,
  });
  const [left, stalled] = [await open(), await open(), await open()];
  await call(ROOM, { headers: { accept: "text/event-stream" } });
  left!.onClose?.();
  stalled!.isReading = false;
  await post(ROOM, "x");
  await turn();
  clock.advance(7000);
  close();
  const samples = await scrape();
  const counted = (name: string, reason: string) =>
    samples.get(`sigmesh_streams_${name}_total{reason="${reason}"}`);
  assertEquals(counted("refused", "too-many-subscribers"), 1);
  assertEquals(counted("ended", "left"), 1);
  assertEquals(counted("ended", "stalled"), 1);
  assertEquals(counted("ended", "closing"), 1);
  assertEquals(counted("ended", "queue-full"), 0);
});

Deno.test("a thousand paths and methods make no more series than one", async () => {
  const { call, scrape } = await createMeasuredApi({
    ...{ maxUnpaid: 1e6, maxUnpaidPerIp: 1e6 },
  });
  const before = (await scrape()).size;
  for (let i = 0; i < 1000; i++) {
    const path = i % 2 === 0 ? `/${crypto.randomUUID()}` : `/x/"\n${i}`;
    const answer = await call(path) as Response;
    await answer.body?.cancel();
  }
  const requestsAndTimes = (await scrape()).size - before;
  for (let i = 0; i < 1000; i++) {
    const answer = await call(`/${i}`, { method: `M${i}` }) as Response;
    await answer.body?.cancel();
  }
  const samples = await scrape();
  const name = "sigmesh_http_requests_total";
  const series = (method: string) =>
    samples.get(`${name}{endpoint="unknown",method="${method}",status="404"}`);
  assertEquals([series("GET"), series("other")], [1000, 1000]);
  assertEquals(samples.size - before, requestsAndTimes + 1);
});

Deno.test("load, price and pressure are those of the node", async () => {
  const { price, scrape } = await createMeasuredApi();
  const samples = await scrape();
  assertEquals(samples.get("sigmesh_price_hashes"), price.work);
  assertEquals(samples.get("sigmesh_price_height_bits"), price.height);
  assertEquals(samples.get("sigmesh_pressure"), 1);
  assertEquals(samples.get('sigmesh_load_ratio{resource="cpu"}'), 0);
  assertEquals(samples.get('sigmesh_load_ratio{resource="memory"}'), 0);
});

Deno.test("the process is measured: some time, some memory, a start in the past", async () => {
  const { scrape } = await createMeasuredApi();
  const samples = await scrape();
  assert(samples.get("process_cpu_seconds_total")! > 0);
  assert(samples.get("process_resident_memory_bytes")! > 2 ** 20);
  const started = samples.get("process_start_time_seconds")!;
  assert(started <= Date.now() / 1000 && started > Date.now() / 1000 - 86400);
});

Deno.test("docs/operating.md has a row for each metric, with its kind, labels and help", async () => {
  const document = await Deno.readTextFile(
    new URL("../docs/operating.md", import.meta.url),
  );
  const rows = [
    ...document.matchAll(
      /^\| `(\w+)` +\| (\w+) +\| ([^|]*?) *\| (.*?) *\|$/gm,
    ),
  ].map(([, name, kind, labels, help]) =>
    `${name} ${kind} [${labels}] ${help}`
  );
  await withTestNode(async ({ origin }) => {
    await (await fetch(origin)).body?.cancel();
    const text = await (await fetch(`${origin}/metrics`)).text();
    assertEquals(rows.toSorted(), describe(text).toSorted());
  }, { metrics: true });
});

/** What a table says of metrics, out of the metrics themselves. */
function describe(text: string): string[] {
  const heads = text.matchAll(/^# HELP (\w+) (.*)\n# TYPE \w+ (\w+)\n(.*)/gm);
  return [...heads].map(([, name, help, kind, sample]) => {
    const labels = [...sample!.matchAll(/(\w+)="/g)].map(([, label]) => label!)
      .filter((label) => label !== "le");
    return `${name} ${kind} [${labels.join(", ")}] ${help}`;
  });
}
