import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parseDifficulty } from "./difficulty.ts";

Deno.test("a difficulty file gives the curve, whatever else it holds", () => {
  const file = {
    version: 1,
    idleWork: 70_000,
    fullWork: 1e6,
    measured: { any: "thing" },
  };
  assertEquals(parseDifficulty(JSON.stringify(file)), {
    ok: true,
    value: { idleWork: 70_000, fullWork: 1e6 },
  });
});

Deno.test("a difficulty file that cannot be used says why", () => {
  const good = { version: 1, idleWork: 2 ** 16, fullWork: 2 ** 22 };
  const cases: [string, string][] = [
    ["{", "is not JSON"],
    ["null", "JSON object"],
    [JSON.stringify({ ...good, version: 2 }), '"version": 1'],
    [JSON.stringify({ ...good, idleWork: 65_535 }), "65536 to 67108864"],
    [JSON.stringify({ ...good, idleWork: "65536" }), '"idleWork"'],
    [JSON.stringify({ ...good, fullWork: 65_535 }), '"fullWork"'],
    [JSON.stringify({ ...good, fullWork: 2 ** 27 }), "67108864"],
  ];
  for (const [json, expected] of cases) {
    const parsed = parseDifficulty(json);
    assert(!parsed.ok, json);
    assertStringIncludes(parsed.detail, expected);
  }
});

Deno.test("no text makes it throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    parseDifficulty(text);
  }));
});
