import { assert, assertEquals } from "@std/assert";
import { systemClock } from "./clock.ts";
import { FakeClock } from "./testing/fake_clock.ts";

Deno.test("the system clock repeats a task until it is stopped", async () => {
  const before = Date.now();
  const runs = await new Promise<number>((resolve) => {
    let runs = 0;
    const stop = systemClock.every(1, () => {
      if (++runs < 3) return;
      stop();
      resolve(runs);
    });
  });
  assertEquals(runs, 3);
  assert(systemClock.now() >= before);
});

Deno.test("the fake clock runs tasks at their time and in their order", () => {
  const clock = new FakeClock(1000);
  const seen: string[] = [];
  clock.every(300, () => seen.push(`a ${clock.now()}`));
  const stop = clock.every(200, () => seen.push(`b ${clock.now()}`));
  clock.advance(500);
  assertEquals(seen, ["b 1200", "a 1300", "b 1400"]);
  stop();
  clock.advance(100);
  assertEquals(seen.at(-1), "a 1600");
  assertEquals(clock.now(), 1600);
});
