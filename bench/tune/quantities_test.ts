import { assertEquals } from "@std/assert";
import {
  formatHashRate,
  formatSeconds,
  formatWork,
  parseHashRate,
  shortNumber,
  shortSeconds,
} from "./quantities.ts";

Deno.test("a hash rate is read with its prefix, and nothing else is", () => {
  assertEquals(parseHashRate("22G"), 22e9);
  assertEquals(parseHashRate("21.97 GH/s"), 21.97e9);
  assertEquals(parseHashRate("350k"), 350_000);
  assertEquals(parseHashRate("1000000"), 1e6);
  for (
    const text of ["", "G", "-1G", "0M", "1e9", "22g", "22 Gbit", "1,5G"]
  ) {
    assertEquals(parseHashRate(text), undefined, text);
  }
  assertEquals(parseHashRate("1".repeat(400)), undefined);
});

Deno.test("quantities are written with the unit that suits them", () => {
  assertEquals(formatHashRate(33_000_000), "33.0 MH/s");
  assertEquals(formatHashRate(22e9), "22.0 GH/s");
  assertEquals(formatHashRate(512), "512 H/s");
  assertEquals(formatSeconds(0.0489), "48.9 ms");
  assertEquals(formatSeconds(3), "3.00 s");
  assertEquals(formatSeconds(600), "10.0 min");
  assertEquals(formatSeconds(7200), "2.00 h");
  assertEquals(formatWork(65_536), "65,536 hashes");
});

Deno.test("ticks of axes are short, and free of the noise of powers of ten", () => {
  assertEquals([1e-4, 0.01, 10 ** -3, 1, 100].map(shortSeconds), [
    "0.1 ms",
    "10 ms",
    "1 ms",
    "1 s",
    "100 s",
  ]);
  assertEquals([0.1, 100, 1e3, 1e7].map(shortNumber), [
    "0.1",
    "100",
    "1 k",
    "10 M",
  ]);
});
