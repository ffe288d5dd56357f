import { assert, assertEquals } from "@std/assert";
import { createSystemClock } from "./clock.ts";
import { FakeClock } from "./testing/fake_clock.ts";

Deno.test("the system clock repeats a task until it is stopped", async () => {
  const systemClock = createSystemClock();
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
  assert(systemClock.now() >= before - 1);
});

Deno.test("a wall clock that is set back is not followed, one set forward is", () => {
  let wall = 1_000_000;
  let running = 500;
  const clock = createSystemClock(() => wall, () => running);
  const pass = (ms: number) => {
    wall += ms;
    running += ms;
  };
  assertEquals(clock.now(), 1_000_000);
  pass(2000);
  assertEquals(clock.now(), 1_002_000);
  wall -= 3_600_000;
  pass(1000);
  assertEquals(clock.now(), 1_003_000);
  wall += 7_200_000;
  assertEquals(clock.now(), wall);
  pass(1);
  assertEquals(clock.now(), wall);
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
