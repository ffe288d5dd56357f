import { assertEquals } from "@std/assert";
import type { HashRateReport } from "../hash_rates.ts";
import {
  type Device,
  deviceOf,
  fastestFirst,
  withNamesApart,
} from "./device.ts";

function report(
  processors: number,
  rates: [string, number, number][],
): HashRateReport {
  return {
    version: 1,
    kind: "hash-rates",
    date: "2026-11-22T15:36:43.067Z",
    device: "phone",
    runtime: "browser",
    processors,
    rates: rates.map(([name, threads, median]) => ({
      name,
      threads,
      rounds: [median / 2, median, median * 2],
      median,
      firstIsFasterBy: 1,
    })),
  };
}

Deno.test("a device pays as pages do: in all workers but one, by the engine they choose", () => {
  const rates: [string, number, number][] = [
    ["wasm-simd", 1, 12],
    ["wasm-scalar", 1, 5],
    ["wasm-simd in workers", 1, 11],
    ["wasm-simd in workers", 4, 40],
    ["wasm-simd in workers", 7, 60],
    ["wasm-simd in workers", 8, 61],
    ["node:crypto createHash", 1, 1000],
  ];
  const device = deviceOf(report(8, rates))!;
  assertEquals([device.threads, device.hashesPerSecond], [7, 60]);
  assertEquals([device.least, device.most], [30, 120]);
  assertEquals(deviceOf(report(6, rates))!.threads, 4);
  assertEquals(deviceOf(report(1, rates))!.threads, 1);
});

Deno.test("without workers, or without WebAssembly, what is left counts", () => {
  const left = (...rates: [string, number, number][]) =>
    deviceOf(report(4, rates))?.engine;
  assertEquals(
    left(["javascript", 1, 2], ["wasm-scalar", 1, 5]),
    "wasm-scalar",
  );
  assertEquals(left(["hash-wasm", 1, 1], ["javascript", 1, 2]), "javascript");
  assertEquals(left(["hash-wasm", 1, 1]), undefined);
});

Deno.test("devices of one name are told apart, and ordered by speed", () => {
  const [one, two] = [{ name: "phone" }, { name: "phone (2)" }] as Device[];
  assertEquals(
    withNamesApart([one!, one!, two!]).map(({ name }) => name),
    ["phone", "phone (2)", "phone (2) (2)"],
  );
  const speeds = [2, 3, 1].map((hashesPerSecond) => ({ hashesPerSecond }));
  assertEquals(
    fastestFirst(speeds as Device[]).map((d) => d.hashesPerSecond),
    [3, 2, 1],
  );
});
