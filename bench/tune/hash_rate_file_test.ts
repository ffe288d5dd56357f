import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseHashRateFile } from "./hash_rate_file.ts";

const rate = {
  name: "wasm-simd in workers",
  threads: 7,
  rounds: [9e6, 10e6, 12e6],
  median: 10e6,
  firstIsFasterBy: 1,
};
const report = {
  version: 1,
  kind: "hash-rates",
  date: "2026-11-22T15:36:43.067Z",
  device: "phone of 2019",
  runtime: "Mozilla/5.0",
  processors: 8,
  rates: [rate],
};

function detailOf(value: unknown): string {
  const parsed = parseHashRateFile(
    typeof value === "string" ? value : JSON.stringify(value),
  );
  return parsed.ok ? "read" : parsed.detail;
}

Deno.test("a file of the page becomes a device", () => {
  assertEquals(parseHashRateFile("\ufeff" + JSON.stringify(report)), {
    ok: true,
    value: {
      name: "phone of 2019",
      runtime: "Mozilla/5.0",
      processors: 8,
      date: "2026-11-22T15:36:43.067Z",
      engine: "wasm-simd in workers",
      threads: 7,
      hashesPerSecond: 10e6,
      least: 9e6,
      most: 12e6,
    },
  });
});

Deno.test("a file that cannot be used says why, and at which field", () => {
  const withRate = (change: object) =>
    detailOf({ ...report, rates: [rate, { ...rate, ...change }] });
  const cases: [string, RegExp][] = [
    [detailOf("{"), /^is not JSON: /],
    [detailOf("[]"), /^must have an object at "\/"$/],
    [detailOf({ ...report, version: 2 }), /"version": 1.*bench:hash --json/],
    [detailOf({ ...report, kind: "flood" }), /"kind": "hash-rates"/],
    [detailOf({ ...report, date: "yesterday" }), /at "date"$/],
    [detailOf({ ...report, device: "" }), /at "device"$/],
    [detailOf({ ...report, device: "x".repeat(301) }), /at "device"$/],
    [detailOf({ ...report, processors: 0.5 }), /1 to 4096 at "processors"$/],
    [detailOf({ ...report, rates: {} }), /a list .* at "rates"$/],
    [detailOf({ ...report, rates: [] }), /a list .* at "rates"$/],
    [detailOf({ ...report, rates: [null] }), /an object at "rates\[0\]"$/],
    [withRate({ name: 5 }), /a text .* at "rates\[1\].name"$/],
    [withRate({ threads: "7" }), /at "rates\[1\].threads"$/],
    [withRate({ median: 0 }), /hashes a second.* at "rates\[1\].median"$/],
    [withRate({ median: 1e23 }), /at "rates\[1\].median"$/],
    [withRate({ rounds: [1, "2"] }), /at "rates\[1\].rounds\[1\]"$/],
    [
      detailOf({ ...report, rates: [{ ...rate, name: "noble" }] }),
      /^has no rate of an engine that pages pay with$/,
    ],
  ];
  for (const [detail, expected] of cases) {
    assert(expected.test(detail), `${detail} is not ${expected}`);
  }
});

Deno.test("names stay on one line, whatever they hold", () => {
  const parsed = parseHashRateFile(
    JSON.stringify({ ...report, device: " a\n# b\u2028\u0000\u202ec\t" }),
  );
  assertEquals(parsed.ok && parsed.value.name, "a # b c");
});

Deno.test("no text and no JSON makes it throw", () => {
  const rates = fc.array(fc.record({
    name: fc.constantFrom("wasm-simd", "wasm-simd in workers", "other"),
    threads: fc.jsonValue(),
    rounds: fc.jsonValue(),
    median: fc.jsonValue(),
  }));
  fc.assert(fc.property(fc.string(), (text) => {
    parseHashRateFile(text);
  }));
  fc.assert(fc.property(fc.jsonValue(), rates, (device, rates) => {
    parseHashRateFile(JSON.stringify({ ...report, device, rates }));
  }));
});
