import { assertEquals } from "@std/assert";
import { formatNumber, percentile, ratioOf, spreadOf } from "./statistics.ts";

Deno.test("a percentile is the nearest rank, whatever the order", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  assertEquals(percentile(hundred, 0.5), 50);
  assertEquals(percentile(hundred, 0.99), 99);
  assertEquals(percentile(hundred, 0.999), 100);
  assertEquals(percentile([10, 9], 0.5), 9); // by size, not by spelling
  assertEquals(percentile([5], 0), 5);
  assertEquals(percentile([], 0.5), NaN);
});

Deno.test("ratios are those within a round, and rounds that lack one do not count", () => {
  assertEquals(ratioOf([10, 40, 90], [10, 20, 30]), 2);
  assertEquals(ratioOf([10, undefined, 90], [10, 20, 30]), 2);
  assertEquals(ratioOf([10, 40], [undefined, 20]), 2);
  assertEquals(ratioOf([10], [0]), undefined);
  assertEquals(ratioOf([undefined], [1]), undefined);
});

Deno.test("a spread is median, least and most", () => {
  assertEquals(spreadOf([3, 1, 2]), { median: 2, least: 1, most: 3 });
});

Deno.test("numbers have three digits that count", () => {
  assertEquals(
    [12_345.6, 99.94, 9.994, 0.25, NaN].map(formatNumber),
    ["12,346", "99.9", "9.99", "0.25", "-"],
  );
});
