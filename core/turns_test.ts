import { assert } from "@std/assert";
import { giveWay } from "./turns.ts";

Deno.test("timers run while a task gives way, not a second later", async () => {
  const started = performance.now();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  let turns = 0;
  while (ticks < 3 && turns < 1000) {
    const until = performance.now() + 2;
    while (performance.now() < until) { /* hold the thread */ }
    await giveWay();
    turns++;
  }
  clearInterval(timer);
  assert(turns < 100, `${turns} turns, ${performance.now() - started} ms`);
});
