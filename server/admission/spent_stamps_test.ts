import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeClock } from "../testing/fake_clock.ts";
import { SpentStamps } from "./spent_stamps.ts";

const START = 1_760_000_000;

function spentStamps(capacity: number) {
  const clock = new FakeClock(START * 1000);
  return { clock, spent: new SpentStamps(clock, { capacity }) };
}

Deno.test("an id is spent once", () => {
  const { spent } = spentStamps(100);
  assert(spent.spend("a", START));
  assert(!spent.spend("a", START));
  assert(spent.spend("b", START));
  assertEquals(spent.size, 2);
});

Deno.test("ids are remembered until their token has expired", () => {
  const { clock, spent } = spentStamps(100);
  spent.spend("a", START);
  clock.advance(120_000);
  spent.spend("b", START + 120);
  assert(!spent.spend("a", START));
  clock.advance(1000);
  spent.spend("c", START + 121);
  assertEquals(spent.size, 2);
});

Deno.test("at the bound the oldest second is forgotten, and refused from then on", () => {
  const { spent } = spentStamps(3);
  spent.spend("a", START);
  spent.spend("b", START + 1);
  spent.spend("c", START + 2);
  assert(!spent.isForgotten(START));
  spent.spend("d", START + 2);
  assertEquals(spent.size, 3);
  assert(spent.isForgotten(START));
  assert(spent.isForgotten(START - 1));
  assert(!spent.isForgotten(START + 1));
});

Deno.test("a second that alone fills the bound is forgotten too", () => {
  const { spent } = spentStamps(2);
  for (const id of "abc") spent.spend(id, START);
  assertEquals(spent.size, 0);
  assert(spent.isForgotten(START));
});

Deno.test("whatever is spent and forgotten, nothing is spent twice and the bound holds", () => {
  const event = fc.record({
    id: fc.nat({ max: 30 }),
    second: fc.integer({ min: -5, max: 120 }),
    waitSeconds: fc.integer({ min: -150, max: 150 }),
  });
  fc.assert(fc.property(fc.array(event, { maxLength: 300 }), (events) => {
    const { clock, spent } = spentStamps(10);
    const spentOnce = new Set<string>();
    for (const { id, second, waitSeconds } of events) {
      clock.advance(waitSeconds * 1000);
      const issuedAt = Math.floor(clock.now() / 1000) - second;
      if (spent.isForgotten(issuedAt)) continue;
      const key = `${id} of ${issuedAt}`; // an id belongs to one token
      if (spent.spend(key, issuedAt)) {
        assert(!spentOnce.has(key), key);
        spentOnce.add(key);
      }
      assert(spent.size <= 10);
    }
  }));
});
