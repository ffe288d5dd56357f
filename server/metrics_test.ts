import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Metrics } from "./metrics.ts";

async function samplesOf(metrics: Metrics): Promise<string[]> {
  const lines = (await metrics.format()).split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

Deno.test("numbers are read when they are asked for, however often", async () => {
  const metrics = new Metrics();
  let count = 0;
  metrics.gauge({ name: "level", help: "Level", read: () => -count });
  metrics.counter({ name: "events_total", help: "Events", read: () => count });
  assertEquals(await samplesOf(metrics), ["level 0", "events_total 0"]);
  count = 3;
  for (let i = 0; i < 2; i++) {
    assertEquals(await samplesOf(metrics), ["level -3", "events_total 3"]);
  }
});

Deno.test("numbers by label are a series each", async () => {
  const metrics = new Metrics();
  metrics.counter({
    name: "ends_total",
    help: "Ends",
    label: "reason",
    read: () => ({ left: 2, "queue-full": 0 }),
  });
  assertEquals(await samplesOf(metrics), [
    'ends_total{reason="left"} 2',
    'ends_total{reason="queue-full"} 0',
  ]);
});

Deno.test("events are counted, sizes fall into buckets", async () => {
  const metrics = new Metrics();
  const count = metrics.events({
    name: "calls_total",
    help: "Calls",
    labels: ["endpoint"],
  });
  const time = metrics.histogram({
    name: "call_seconds",
    help: "Times",
    labels: ["endpoint"],
    buckets: [1, 2],
  });
  count({ endpoint: "/" });
  count({ endpoint: "/" });
  time({ endpoint: "/" }, 1.5);
  assertEquals(await samplesOf(metrics), [
    'calls_total{endpoint="/"} 2',
    'call_seconds_bucket{le="1",endpoint="/"} 0',
    'call_seconds_bucket{le="2",endpoint="/"} 1',
    'call_seconds_bucket{le="+Inf",endpoint="/"} 1',
    'call_seconds_sum{endpoint="/"} 1.5',
    'call_seconds_count{endpoint="/"} 1',
  ]);
});

Deno.test("each registry is its own, and takes a name once", () => {
  const reading = { name: "level", help: "Level", read: () => 0 };
  const metrics = new Metrics();
  metrics.gauge(reading);
  new Metrics().gauge(reading);
  assertThrows(() => metrics.gauge(reading), Error, "already been registered");
});

Deno.test("a reading that throws is the asker's fault to report", async () => {
  const metrics = new Metrics();
  metrics.gauge({
    name: "level",
    help: "Level",
    read: () => {
      throw new RangeError("no level");
    },
  });
  await assertRejects(() => metrics.format(), RangeError, "no level");
});
