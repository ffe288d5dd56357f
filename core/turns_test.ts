import { assertEquals } from "@std/assert";
import { giveWay } from "./turns.ts";

Deno.test("timers run while a task gives way", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  while (ticks < 3) {
    const until = performance.now() + 2;
    while (performance.now() < until) { /* hold the thread */ }
    await giveWay();
  }
  clearInterval(timer);
  assertEquals(ticks >= 3, true);
});
