import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  formatMutableItem,
  formatMutableKey,
} from "@sigmesh/core/mutable_item";
import { EventStream } from "./api/exchange.ts";
import { SERVER_LIMITS } from "./limits.ts";
import { FakeSink, turn as nextTurn } from "./testing/fake_sink.ts";
import { freshRoomPath } from "./testing/honest_client.ts";
import { parseSamples } from "./testing/samples.ts";
import { startPrivateDht } from "./testing/private_dht.ts";
import { stillTurn } from "./testing/still_turn.ts";
import { createTestApi } from "./testing/test_api.ts";
import { createOwner } from "./testing/test_dht.ts";
import { localDht, startTestNode } from "./testing/test_node.ts";
import { startWholeNode } from "./testing/whole_node.ts";
import { meshTest } from "./testing/fixed_mesh.ts";
import { Wire } from "./testing/wire.ts";
import { DEFAULT_TURN } from "./turn_config.ts";

const ROOM = "/room/" + "ab".repeat(20);

async function createMeasuredApi(config = {}, surroundings = {}) {
  const api = await createTestApi({ metrics: true, ...config }, surroundings);
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
    await nextTurn();
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
  await nextTurn();
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
  await nextTurn();
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

Deno.test("what is free is counted when it is refused, and told how much is left", async () => {
  const { call, scrape } = await createMeasuredApi({
    ...{ maxUnpaid: 10, maxUnpaidPerIp: 1 },
  });
  const greedy = { addressBlocks: ["192.0.2.2"] };
  const headers = { accept: "application/json" };
  for (let i = 0; i < 11; i++) await call("/ip", { headers, from: greedy });
  const samples = await scrape(); // which is one more
  const refused = 'sigmesh_unpaid_refused_total{reason="too-many-requests"}';
  assertEquals(samples.get(refused), 1);
  assertEquals(samples.get("sigmesh_unpaid_left_ratio"), 19 / 30);
});

Deno.test("how much of a limit is used is told by the names of docs/limits.md", async () => {
  const { open, scrape } = await createMeasuredApi({ maxSubscribers: 4 });
  await open();
  const samples = await scrape();
  const used = (limit: string) =>
    samples.get(`sigmesh_used_ratio{limit="${limit}"}`);
  assertEquals(used("maxSubscribers"), 1 / 4);
  assertEquals(used("rooms"), 1 / SERVER_LIMITS.rooms);
});

Deno.test("what never becomes a request is counted by what came of it", async () => {
  const node = await startTestNode({ metrics: true });
  try {
    const host = `Host: 127.0.0.1:${node.port}\r\n`;
    const { headerBytes, pipelinedRequests } = SERVER_LIMITS;
    for (
      const said of [
        "NONSENSE\r\n\r\n",
        `GET / HTTP/1.1\r\n${host}X: ${"x".repeat(headerBytes)}\r\n\r\n`,
        `POST / HTTP/1.1\r\n${host}Content-Length: 1025\r\n\r\n`,
        `GET /ip HTTP/1.1\r\n${host}\r\n`.repeat(pipelinedRequests + 1),
      ]
    ) {
      await using wire = await Wire.dial(node);
      await wire.send(said);
      await wire.readToEnd();
    }
    const answer = await fetch(`${node.origin}/metrics`);
    const samples = parseSamples(await answer.text());
    const http = (name: string) => samples.get(`sigmesh_http_${name}`);
    assertEquals(http('refused_total{reason="bad-request"}'), 1);
    assertEquals(http('refused_total{reason="headers-too-large"}'), 1);
    assertEquals(http('refused_total{reason="body-too-large"}'), 1);
    assertEquals(http('ended_total{reason="pipelined"}'), 1);
    assertEquals(http("answers_held"), 0);
  } finally {
    await node.close();
  }
});

Deno.test("load, price and pressure are those of the node", async () => {
  const { price, scrape } = await createMeasuredApi();
  const samples = await scrape();
  assertEquals(samples.get("sigmesh_price_hashes"), price.work);
  assertEquals(samples.get("sigmesh_price_height"), price.height);
  assertEquals(samples.get("sigmesh_pressure"), 1);
  assertEquals(samples.get("sigmesh_thread_busy_ratio"), 0);
  assertEquals(samples.get("sigmesh_thread_late_seconds_total"), 0);
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
  const node = await startWholeNode();
  await (await fetch(node.origin)).body?.cancel();
  const text = await (await fetch(`${node.origin}/metrics`)).text();
  await node.close();
  assertEquals(rows.toSorted(), describe(text).toSorted());
});

Deno.test("TURN is measured as its server counts, and is down while there is none", async () => {
  const { start, servers } = stillTurn();
  const { scrape, faults } = await createMeasuredApi(
    { turn: DEFAULT_TURN },
    { startTurn: start },
  );
  const [server] = servers;
  server!.totals = {
    ...server!.totals,
    allocations: 300,
    firmAllocations: 250,
    allocationsMade: 1000,
    relayedPackets: { sent: 1, received: 2 },
    relayedBytes: { sent: 10, received: 20 },
    refused: { 486: 3 },
    dropped: { malformed: 4 },
    faults: 5,
  };
  const samples = await scrape();
  const turn = (name: string) => samples.get(`sigmesh_turn_${name}`);
  assertEquals([turn("up"), turn("load_ratio")], [1, 0.5]);
  assertEquals(turn("allocations"), 300);
  assertEquals(turn("capacity_allocations"), 500);
  assertEquals(turn("allocations_made_total"), 1000);
  assertEquals(turn('relayed_packets_total{direction="sent"}'), 1);
  assertEquals(turn('relayed_packets_total{direction="received"}'), 2);
  assertEquals(turn('relayed_bytes_total{direction="sent"}'), 10);
  assertEquals(turn('relayed_bytes_total{direction="received"}'), 20);
  assertEquals(turn('refused_total{code="486"}'), 3);
  assertEquals(turn('dropped_total{reason="malformed"}'), 4);
  assertEquals(turn("faults_total"), 5);
  server!.die("a fault of this test");
  await nextTurn();
  assertEquals((await scrape()).get("sigmesh_turn_up"), 0);
  assertEquals((await scrape()).get("sigmesh_faults_total"), 1);
  assertEquals(faults, ["a fault of this test"]);
});

Deno.test("a node without a TURN server of its own measures none", async () => {
  const { scrape } = await createMeasuredApi();
  const names = [...(await scrape()).keys()];
  assertEquals(names.filter((name) => name.includes("turn")), []);
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

Deno.test("the DHT is measured as it joins and is asked", async () => {
  const { bootstrap, close } = await startPrivateDht(2);
  const dht = localDht(bootstrap);
  const { scrape, post, faults, ...node } = await createMeasuredApi({ dht });
  node.dht!.start(0);
  await node.dht!.joined;
  const item = await (await createOwner())("hello", 1);
  await post("/dht-put", JSON.stringify(formatMutableItem(item)));
  await post("/dht-get", JSON.stringify(formatMutableKey(item)));
  await post(
    "/dht-get",
    JSON.stringify(formatMutableKey({ k: item.k.fill(0) })),
  );
  const samples = await scrape();
  const counted = (name: string) => samples.get(`sigmesh_dht_${name}`);
  assert(counted("contacts")! > 0);
  assert(counted('datagrams_total{direction="sent"}')! > 0);
  assertEquals(counted('puts_total{outcome="stored"}'), 1);
  assertEquals(counted('gets_total{outcome="found"}'), 1);
  assertEquals(counted('gets_total{outcome="not-found"}'), 1);
  assertEquals([counted("faults_total"), faults], [0, []]);
  await node.dht!.close();
  await close();
});
meshTest(
  "links and what goes over them are measured at both ends",
  { size: 2, config: { metrics: true } },
  async (mesh) => {
    const [one, other] = mesh.nodes;
    const path = freshRoomPath();
    const reader = await mesh.read(other!, path);
    await mesh.post(one!, path, "hello");
    await reader.until(1);
    const scrape = async (origin: string) =>
      parseSamples(await (await fetch(`${origin}/metrics`)).text());
    const there = await scrape(other!.origin);
    assertEquals(there.get("sigmesh_relayed_taken_total"), 1);
    assertEquals(there.get("sigmesh_mesh_rooms"), 1);
    assertEquals(there.get('sigmesh_links{direction="dialled"}'), 1);
    assertEquals(
      (await scrape(one!.origin)).get("sigmesh_relayed_taken_total"),
      0,
    );
  },
);
