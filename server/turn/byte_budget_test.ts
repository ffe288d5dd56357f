import { assert } from "@std/assert";
import { ByteBudget } from "./byte_budget.ts";

Deno.test("a second's worth is there at once, then as much as time brings", () => {
  const budget = new ByteBudget({ bytesPerSecond: 1000, now: 0 });
  assert(budget.has(1000, 0));
  assert(!budget.has(1001, 0));
  budget.take(1000);
  assert(!budget.has(500, 499));
  assert(budget.has(500, 500));
  assert(!budget.has(1001, 1e9));
});
