import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
} from "@std/assert";
import { MAX_PRESSURE, MAX_WORK } from "@sigmesh/core";
import { parseDifficulty } from "../../server/load/difficulty.ts";
import type { Attacker } from "./attackers.ts";
import { chartsOf } from "./charts.ts";
import type { Device } from "./device.ts";
import { formatTuning, warningsOf } from "./report.ts";
import { type Capacity, formatDifficulty, type Tuning } from "./tuning.ts";
import { verdictOn } from "./verdicts.ts";
import { curveFor } from "./wishes.ts";

function device(name: string, hashesPerSecond: number): Device {
  return {
    name,
    runtime: "browser",
    processors: 8,
    date: "2026-11-22T15:36:43.067Z",
    engine: "wasm-simd in workers",
    threads: 7,
    hashesPerSecond,
    least: hashesPerSecond * 0.9,
    most: hashesPerSecond * 1.1,
  };
}

function attacker(name: string, hashesPerSecond: number): Attacker {
  return { name, hashesPerSecond, basis: "test", isGiven: true };
}

const busyNode: Capacity = {
  source: "measured",
  postsPerSecond: 5000,
  threadShare: 0.97,
  generatorShare: 0.4,
  seconds: 10,
};

function tuning(change: Partial<Tuning> = {}): Tuning {
  const slow = device("phone", 2e6);
  const wishes = { device: slow, idleWaitSeconds: 0.05, fullWaitSeconds: 2 };
  return {
    date: "2026-11-22T16:00:00.000Z",
    machine: "test machine",
    command: "deno task bench:tune",
    devices: [device("desk", 40e6), slow],
    threads: { page: 10e6, native: 20e6 },
    node: busyNode,
    wishes,
    wished: curveFor(wishes),
    attackers: [attacker("laptop", 80e6)],
    ...change,
  };
}

Deno.test("every figure of the report follows from what was measured", () => {
  const report = formatTuning(tuning());
  for (
    const text of [
      "test machine, 2026-11-22",
      "    deno task bench:tune",
      "On phone a post takes 50.0 ms on average at rest (wished: 50.0 ms) and " +
      "2.00 s at full load (wished: 2.00 s).",
      "| at rest | 100,253 hashes | 16.61 |", // rounded up to 1/256 bit
      "| desk | wasm-simd in workers | 7 of 8 | 40.0 MH/s (36.0 MH/s to 44.0 MH/s)",
      "Half of all solves take less than 0.96 times the mean, 99 % less than 2.00",
      "| phone | 48.1 ms / 100 ms | 1.92 s / 4.01 s |",
      "took 5,000 posts a second of 300 bytes, each with a stamp and for 2 readers",
      "Its thread used 97 % of a processor, the generator 40 %.",
      "| laptop | 80.0 MH/s | test | 798 | 20.0 |",
      "laptop can buy 798 posts a second at rest, not more than the 5,000",
    ]
  ) assertStringIncludes(report, text);
  assertEquals(report.includes("## Warnings"), false);
  for (const name of Object.keys(chartsOf(tuning()))) {
    assertStringIncludes(report, `](${name})`);
  }
});

Deno.test("names of devices and attackers become no markup", () => {
  const name = "a|b <img src=x> [l](http://x) `c`";
  const report = formatTuning(tuning({
    devices: [device(name, 2e6)],
    attackers: [attacker(name, 80e6)],
  }));
  assertEquals(/[^\\](\||<)img|[^\\]\[l|[^\\]`/.test(report), false);
  assertStringIncludes(
    report,
    "a\\|b \\<img src=x\\> \\[l\\](http://x) \\`c\\`",
  );
});

Deno.test("a verdict says where an attacker is held, and what to change where load does not", () => {
  const sustained = 5000;
  const { wished: { curve } } = tuning(); // 100,000 to 4,000,000
  const verdict = (work: number) =>
    verdictOn(attacker("rig", work * sustained), tuning());
  const byLoad = verdict((curve.idleWork + curve.fullWork) / 2);
  assertEquals(byLoad.heldAt, "load 0.50");
  assertStringIncludes(byLoad.sentence, "phone waits 1.03 s on average");
  assertEquals(byLoad.warning, undefined);

  const byPressure = verdict(curve.fullWork * 2);
  assertEquals(byPressure.heldAt, "pressure 2.00");
  assertStringIncludes(byPressure.warning!, "take --full-wait 4.");

  const never = verdict(curve.fullWork * MAX_PRESSURE + 1e6);
  assertEquals(never.heldAt, "no price of this curve");
  assertStringIncludes(
    never.warning!,
    "With at least --full-wait 2.1 the high",
  );
  assertStringIncludes(never.warning!, "alone, take --full-wait 33.");

  const hopeless = verdict(MAX_WORK * 2);
  assertEquals(hopeless.heldAt, "no price");
  assertStringIncludes(
    hopeless.warning!,
    "have to sustain 10,000 posts a second",
  );
});

Deno.test("what a warning advises is enough", () => {
  const rig = attacker("rig", 9e6 * 5000);
  const advised = /--full-wait ([\d.]+)\.$/
    .exec(verdictOn(rig, tuning()).warning!)![1];
  const wishes = { ...tuning().wishes, fullWaitSeconds: Number(advised) };
  const changed = tuning({ wishes, wished: curveFor(wishes) });
  assert(verdictOn(rig, changed).heldAt.startsWith("load "));
});

Deno.test("a measurement that something disturbed is reported as the least there is", () => {
  const warnings = (change: object) =>
    warningsOf(tuning({ node: { ...busyNode, ...change } as Capacity }));
  assertEquals(warnings({}), []);
  assertStringIncludes(warnings({ threadShare: 0.5 })[0]!, "quiet machine");
  assertStringIncludes(
    warnings({ threadShare: 0.5, generatorShare: 0.99 })[0]!,
    "The generator could not keep the node busy",
  );
  const given = tuning({ node: { source: "given", postsPerSecond: 7000 } });
  assertStringIncludes(
    formatTuning(given),
    "7,000 posts a second, as given by",
  );
});

Deno.test("without a given attacker the report says how to give one", () => {
  const attackers = [{ ...attacker("laptop", 1e6), isGiven: false }];
  assertStringIncludes(
    formatTuning(tuning({ attackers })),
    "--attacker NAME=RATE",
  );
  assertEquals(formatTuning(tuning()).includes("NAME=RATE"), false);
});

Deno.test("the file is what --difficulty reads, with what it was made from", () => {
  const json = formatDifficulty(tuning());
  assertEquals(parseDifficulty(json), {
    ok: true,
    value: { idleWork: 100_000, fullWork: 4_000_000 },
  });
  const { measured } = JSON.parse(json);
  assertEquals(measured.wishes, {
    device: "phone",
    idleWaitSeconds: 0.05,
    fullWaitSeconds: 2,
  });
  assertEquals(measured.devices.length, 2);
  assertEquals(measured.node.postsPerSecond, 5000);
});

Deno.test("charts run from rest to full load, for every device and attacker", () => {
  const charts = chartsOf(tuning());
  const ends = (name: string, line: number) => {
    const { points } = charts[name]!.lines[line]!;
    return { from: points[0]!, to: points.at(-1)! };
  };
  const phone = ends("wait.svg", 2); // p50
  assertEquals([phone.from[0], phone.to[0]], [0, 1]);
  assertAlmostEquals(phone.from[1], 0.048, 0.001);
  assertAlmostEquals(phone.to[1], 1.92, 0.01);
  assertEquals(charts["wait.svg"]!.lines.map(({ name }) => name), [
    "desk, p50",
    "desk, p99",
    "phone, p50",
    "phone, p99",
  ]);
  const laptop = ends("attackers.svg", 0);
  assertAlmostEquals(laptop.from[1], 798, 0.1);
  assertAlmostEquals(laptop.to[1], 20, 0.1);
  const height = ends("height.svg", 0);
  assertAlmostEquals(height.to[1], Math.log2(4e6), 1 / 256);
});
