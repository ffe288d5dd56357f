import { assertEquals } from "@std/assert";
import {
  formatBytes,
  formatCountOf,
  formatDuration,
  formatHeight,
  formatRatio,
  formatShare,
  formatWork,
} from "./quantities.ts";

Deno.test("a time span has its two largest units", () => {
  const cases: [number, string][] = [
    [-5, "0 seconds"],
    [999, "0 seconds"],
    [1000, "1 second"],
    [59_999, "59 seconds"],
    [60_000, "1 minute"],
    [61_000, "1 minute 1 second"],
    [7_200_000, "2 hours"],
    [86_400_000 + 59_000, "1 day"],
    [3 * 86_400_000 + 3_600_000 + 1, "3 days 1 hour"],
  ];
  for (const [milliseconds, text] of cases) {
    assertEquals(formatDuration(milliseconds), text);
  }
});

Deno.test("a price is told in bits, in hashes and in comparison", () => {
  assertEquals(formatHeight(16), "16.00 bits");
  assertEquals(formatWork(16), "65,536 hashes on average");
  assertEquals(formatRatio(1), "1.0 times");
  assertEquals(formatRatio(9.94), "9.9 times");
  assertEquals(formatRatio(1234.5), "1,235 times");
});

Deno.test("shares and counts", () => {
  assertEquals(formatShare(0.934), "93 %");
  assertEquals(formatCountOf(1, "stream"), "1 stream");
  assertEquals(formatCountOf(20_000, "stream"), "20,000 streams");
});

Deno.test("an amount of data has the largest unit that fits", () => {
  const cases: [number, string][] = [
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [1_549_999, "1.5 MB"],
    [999_999, "1.0 MB"],
    [2e9, "2.0 GB"],
    [5e18, "5000.0 PB"],
  ];
  for (const [bytes, text] of cases) assertEquals(formatBytes(bytes), text);
});
