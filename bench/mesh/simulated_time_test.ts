import { assertEquals } from "@std/assert";
import { SimulatedTime } from "./simulated_time.ts";

Deno.test("what is planned happens at its time, also far off, and in order", async () => {
  const time = new SimulatedTime();
  const seen: [string, number][] = [];
  const plan = (name: string, delayMs: number) =>
    time.after(delayMs, () => seen.push([name, time.nowMs]));
  plan("far", 300_000);
  plan("late", 7);
  plan("first", 3);
  plan("second", 3);
  plan("at once", 0);
  await time.runTo(6);
  assertEquals(seen, [["at once", 1], ["first", 3], ["second", 3]]);
  await time.runTo(300_000);
  assertEquals(seen.slice(3), [["late", 7], ["far", 300_000]]);
});

Deno.test("a timer runs until it is stopped, and what it promises is done before time goes on", async () => {
  const time = new SimulatedTime();
  const seen: number[] = [];
  const start = time.now();
  const stop = time.every(1000, async () => {
    await Promise.resolve();
    seen.push(time.now() - start);
    if (seen.length === 3) stop();
  });
  await time.runTo(10_000);
  assertEquals(seen, [1000, 2000, 3000]);
});
