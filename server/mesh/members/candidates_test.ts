import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../testing/fake_clock.ts";
import { Candidates } from "./candidates.ts";

function candidates(
  most: number,
  lost = { source: 0, displaced: 0 },
): Candidates {
  const clock = new FakeClock();
  return new Candidates({ clock, random: Math.random, most, lost });
}

const FROM_A = { source: "a", allowance: 5 };

Deno.test("each candidate waits once, and is given out once", () => {
  const waiting = candidates(10);
  const origin = "https://a.example";
  waiting.add({ origin }, FROM_A);
  waiting.add({ origin }, { source: "b", allowance: 5 });
  waiting.add({ hint: { host: "1.2.3.4", port: 80 } }, FROM_A);
  assertEquals(waiting.size, 2);
  const given = [waiting.take(), waiting.take()];
  assertEquals(given.filter((one) => "origin" in one!), [{ origin }]);
  assertEquals(waiting.take(), undefined);
  waiting.add({ origin }, FROM_A);
  assertEquals(waiting.size, 1);
});

Deno.test("one source does not get beyond its allowance", () => {
  const lost = { source: 0, displaced: 0 };
  const waiting = candidates(100, lost);
  for (let i = 0; i < 50; i++) {
    waiting.add({ origin: `https://${i}.a` }, FROM_A);
  }
  assertEquals(waiting.size, 5);
  assertEquals(lost, { source: 45, displaced: 0 });
});

Deno.test("when too many wait, those who came first have a chance, not the right", () => {
  const lost = { source: 0, displaced: 0 };
  const waiting = candidates(100, lost);
  for (let i = 0; i < 1000; i++) {
    const from = { source: `${i}`, allowance: 1 };
    waiting.add({ origin: `https://${i}.a` }, from);
  }
  const left = new Set<number>();
  for (let one; (one = waiting.take()) !== undefined;) {
    if ("origin" in one) left.add(parseInt(one.origin.slice(8)));
  }
  assertEquals(left.size, 100);
  assertEquals(lost, { source: 0, displaced: 900 });
  assert([...left].some((number) => number < 900));
  assert([...left].some((number) => number >= 900));
});
