import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MessageRate } from "./message_rate.ts";

Deno.test("a message counts for 60 seconds", () => {
  const rate = new MessageRate();
  rate.record(1000);
  assertEquals(rate.count(999), 0);
  assertEquals(rate.count(1000), 1);
  assertEquals(rate.count(60_999), 1);
  assertEquals(rate.count(61_000), 0);
});

Deno.test("the surcharge counts a message from 10 to 60 seconds of its age", () => {
  const rate = new MessageRate();
  rate.record(0);
  for (
    const [at, expected] of [[0, 0], [9999, 0], [10_000, 1], [59_999, 1], [
      60_000,
      0,
    ]] as const
  ) {
    assertEquals(rate.surcharged(at), expected, `${at} ms`);
  }
});

Deno.test("those who join in the same seconds do not refuse each other", () => {
  const rate = new MessageRate();
  for (let i = 0; i < 50; i++) rate.record(i * 100);
  assertEquals(rate.surcharged(5000), 0);
  assertEquals(rate.surcharged(12_000), 21);
  assertEquals(rate.surcharged(20_000), 50);
});

Deno.test("the surcharge is the lower of the counts now and 10 s ago", () => {
  const gaps = fc.array(fc.nat({ max: 8000 }), { maxLength: 100 });
  fc.assert(fc.property(gaps, fc.nat({ max: 90_000 }), (gaps, later) => {
    const rate = new MessageRate();
    let now = 0;
    const instants = gaps.map((gap) => now += gap);
    for (const at of instants) rate.record(at);
    const end = now + later;
    const between = (after: number, upTo: number) =>
      instants.filter((at) => at > after && at <= upTo).length;
    assertEquals(
      rate.surcharged(end),
      Math.min(between(end - 60_000, end), between(end - 70_000, end - 10_000)),
    );
  }));
});

Deno.test("a flood is counted whole, its joiners spared, in bounded memory", () => {
  const rate = new MessageRate();
  for (let i = 0; i < 100_000; i++) rate.record(i / 10);
  assertEquals(rate.count(10_000), 100_000);
  assertEquals(rate.surcharged(9_999), 0);
  assertEquals(rate.surcharged(19_900) >= 64, true);
  assertEquals(rate.surcharged(20_000), 100_000);
});

Deno.test("after 70 seconds nothing is kept", () => {
  const rate = new MessageRate();
  rate.record(0);
  assert(!rate.isEmpty(69_999));
  assert(rate.isEmpty(70_000));
});
