import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { idleReadings } from "../testing/test_node.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { Effort } from "./effort.ts";
import type { Readings } from "./gauges.ts";
import { LoadSampler } from "./load_sampler.ts";

const curve = { idleWork: 2 ** 16, fullWork: 2 ** 22 };
const MEBIBYTE = 2 ** 20;

/** A machine whose gauges move by so much a second. */
function machine(perSecond: Partial<Readings>) {
  const clock = new FakeClock();
  const started = clock.now();
  const read = (): Readings => {
    const seconds = (clock.now() - started) / 1000;
    const total = (name: "hostBusyMs" | "hostTotalMs" | "threadMs") =>
      (perSecond[name] ?? 0) * seconds;
    return {
      ...idleReadings(),
      ...perSecond,
      hostBusyMs: total("hostBusyMs"),
      hostTotalMs: total("hostTotalMs"),
      threadMs: total("threadMs"),
    };
  };
  const maxMemoryBytes = 1000 * MEBIBYTE;
  const effort = new Effort();
  const sampler = new LoadSampler({
    clock,
    read,
    maxMemoryBytes,
    curve,
    effort,
  });
  sampler.start();
  return { clock, sampler, effort };
}

Deno.test("a node that was just started asks the idle price", () => {
  const { sampler } = machine({ hostBusyMs: 2000, hostTotalMs: 2000 });
  assertEquals(sampler.work, 2 ** 16);
  assertEquals(sampler.height, 16);
  assertEquals(sampler.pressure, 1);
});

Deno.test("load is smoothed over three seconds", () => {
  const { clock, sampler } = machine({ threadMs: 500 });
  clock.advance(1000);
  assertAlmostEquals(sampler.load.cpu, 0.5 * (1 - Math.exp(-1 / 3)));
  clock.advance(2000);
  assertAlmostEquals(sampler.load.cpu, 0.5 * (1 - Math.exp(-1)));
  clock.advance(60_000);
  assertAlmostEquals(sampler.load.cpu, 0.5, 1e-4);
});

Deno.test("the busier of host and main thread counts as processor load", () => {
  const { clock, sampler } = machine({
    hostBusyMs: 400,
    hostTotalMs: 2000,
    threadMs: 800,
  });
  clock.advance(100_000);
  assertAlmostEquals(sampler.load.cpu, 0.8, 1e-4);
});

Deno.test("a host counts from one half upwards: others may keep a processor busy", () => {
  for (const [hostBusyMs, expected] of [[1000, 0], [1500, 0.5], [2000, 1]]) {
    const { clock, sampler } = machine({
      hostBusyMs: hostBusyMs!,
      hostTotalMs: 2000,
    });
    clock.advance(100_000);
    assertAlmostEquals(sampler.load.cpu, expected!, 1e-4);
  }
});

Deno.test("unpaid work raises neither price nor pressure, paid work beside it does", () => {
  const flooded = machine({
    threadMs: 1000,
    hostBusyMs: 2000,
    hostTotalMs: 2000,
  });
  for (let second = 0; second < 60; second++) {
    flooded.effort.addUnpaid(10_000_000);
    flooded.clock.advance(1000);
  }
  assert(flooded.sampler.height < 16.1, `${flooded.sampler.height} bits`);
  assertEquals(flooded.sampler.pressure, 1);
  assertAlmostEquals(flooded.sampler.saturation, 1, 1e-4);

  const mixed = machine({ threadMs: 1000 });
  for (let second = 0; second < 60; second++) {
    mixed.effort.addUnpaid(600_000);
    mixed.effort.addPaid(400_000);
    mixed.clock.advance(1000);
  }
  assertAlmostEquals(mixed.sampler.load.cpu, 0.4, 0.01);
});

Deno.test("a few requests to an idle node are not taken for all of its load", () => {
  const { clock, sampler, effort } = machine({ threadMs: 20 });
  for (let second = 0; second < 60; second++) {
    effort.addUnpaid(100);
    clock.advance(1000);
  }
  assert(sampler.load.cpu > 0.018, `${sampler.load.cpu}`);
});

Deno.test("memory counts from one half upwards, of host and of process", () => {
  for (
    const [hostMemoryUsed, rssMebibytes, expected] of [
      [0.5, 500, 0],
      [0.2, 100, 0],
      [0.75, 100, 0.5],
      [0.1, 900, 0.8],
      [0.1, 2000, 1],
    ] as const
  ) {
    const rssBytes = rssMebibytes * MEBIBYTE;
    const { clock, sampler } = machine({ hostMemoryUsed, rssBytes });
    clock.advance(100_000);
    assertAlmostEquals(sampler.load.memory, expected, 1e-4);
  }
});

Deno.test("the larger of processor and memory sets the price", () => {
  const { clock, sampler } = machine({
    hostBusyMs: 500,
    hostTotalMs: 2000,
    hostMemoryUsed: 0.75,
  });
  clock.advance(100_000);
  assertAlmostEquals(
    sampler.work / (2 ** 16 + (2 ** 22 - 2 ** 16) / 2),
    1,
    1e-4,
  );
});

Deno.test("a busy host does not make pressure, a busy main thread does", () => {
  const host = machine({ hostBusyMs: 2000, hostTotalMs: 2000 });
  host.clock.advance(120_000);
  assertEquals(host.sampler.pressure, 1);

  const own = machine({ threadMs: 1000 });
  own.clock.advance(4000); // smoothed share is still below 0.8
  assertEquals(own.sampler.pressure, 1);
  own.clock.advance(1000);
  const share = 1 - Math.exp(-5 / 3);
  assertAlmostEquals(own.sampler.pressure, Math.exp(0.8 * (share - 0.8)));
  own.clock.advance(120_000);
  assertEquals(own.sampler.pressure, 16);
  assertAlmostEquals(own.sampler.work / 2 ** 26, 1, 1e-6);
});

Deno.test("a clock that stands still or goes back is no load", () => {
  const { clock, sampler } = machine({ threadMs: 1000 });
  sampler.sample();
  clock.advance(-5000);
  sampler.sample();
  assertEquals(sampler.load, { cpu: 0, memory: 0 });
});

Deno.test("samples that come late add up to the time that the thread was held up", () => {
  const { clock, sampler } = machine({});
  clock.advance(3000);
  assertEquals(sampler.lateMs, 0);
  sampler.close();
  for (const heldUpMs of [400, 0, 2000]) {
    clock.advance(1000 + heldUpMs);
    sampler.sample();
  }
  assertEquals(sampler.lateMs, 2400);
});

Deno.test("a closed sampler samples no more", () => {
  const { clock, sampler } = machine({ threadMs: 1000 });
  sampler.close();
  clock.advance(10_000);
  assert(sampler.load.cpu === 0);
});

Deno.test("what has a load of its own is as dear as if the node had it", () => {
  const { clock, sampler } = machine({ threadMs: 500 });
  clock.advance(60_000);
  assertAlmostEquals(sampler.workAt(sampler.load.cpu), sampler.work);
  assertEquals(sampler.workAt(0), curve.idleWork);
  assertEquals(sampler.workAt(1), curve.fullWork);
  assertEquals(sampler.workAt(7), sampler.workAt(1));
});
