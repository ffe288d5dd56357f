import { assertEquals, assertStringIncludes } from "@std/assert";
import { clockWarning, offsetOf } from "./clock_offset.ts";

Deno.test("within the second that a node tells, clocks agree", () => {
  assertEquals(offsetOf(5000, 5000), 0);
  assertEquals(offsetOf(5000, 5999), 0);
  assertEquals(offsetOf(5000, 6001), -1);
  assertEquals(offsetOf(5000, 4999), 1);
});

Deno.test("an operator is told of a clock that has gone wrong by more than 30 s, once", () => {
  const at = (clockOffsetMs: number) => ({
    ...{ origin: "https://a.example", clockOffsetMs },
  });
  assertEquals(clockWarning(at(30_000), 0), undefined);
  assertStringIncludes(clockWarning(at(30_001), 0)!, "30 s ahead of");
  assertStringIncludes(clockWarning(at(-45_000), 0)!, "45 s behind");
  assertEquals(clockWarning(at(-45_000), -31_000), undefined);
});
