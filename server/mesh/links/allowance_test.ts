import { assert, assertEquals } from "@std/assert";
import { Allowance, Allowances } from "./allowance.ts";

Deno.test("a burst is taken at once, then as much as time brings", () => {
  const allowance = new Allowance({ perSecond: 2, burst: 3 });
  const taken = (now: number) => {
    let count = 0;
    while (allowance.take(now)) count++;
    return count;
  };
  assertEquals([0, 499, 500, 1500, 60_000].map(taken), [3, 0, 1, 2, 3]);
});

Deno.test("a clock that stands still or goes back fills nothing", () => {
  const allowance = new Allowance({ perSecond: 1000, burst: 1 });
  assert(allowance.take(5000));
  assert(!allowance.take(5000));
  assert(!allowance.take(0));
});

Deno.test("asking whether something is left takes nothing", () => {
  const allowances = new Allowances({ perSecond: 1, burst: 1, most: 2 });
  assert(allowances.has("a", 0));
  assert(allowances.take("a", 0));
  assert(!allowances.has("a", 0));
  assert(!allowances.take("a", 0));
});

Deno.test("at the bound the allowance used longest ago is forgotten", () => {
  const allowances = new Allowances({ perSecond: 0, burst: 1, most: 2 });
  for (const name of ["a", "b", "a", "c"]) allowances.take(name, 0);
  assertEquals(["a", "b", "c"].map((name) => allowances.has(name, 0)), [
    false,
    true,
    false,
  ]);
});
