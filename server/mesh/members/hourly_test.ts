import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../testing/fake_clock.ts";
import { Hourly } from "./hourly.ts";

const HOUR_MS = 3_600_000;

Deno.test("a name has its allowance again an hour after it first used it", () => {
  const clock = new FakeClock();
  const hourly = new Hourly({ clock });
  clock.advance(HOUR_MS / 2);
  assert(!hourly.has("a"));
  assert(hourly.take("a", 2));
  clock.advance(HOUR_MS - 2);
  assert(hourly.take("a", 2));
  assert(!hourly.take("a", 2));
  clock.advance(1);
  assert(hourly.has("a") && !hourly.take("a", 2));
  clock.advance(1);
  assert(!hourly.has("a") && hourly.take("a", 2));
});

Deno.test("names are bounded, and those of this hour are not forgotten for those of the last", () => {
  const clock = new FakeClock();
  const hourly = new Hourly({ clock, most: 100 });
  for (let i = 0; i < 10_000; i++) hourly.take(`${i}`);
  assert(hourly.size <= 200);
  assert(!hourly.take("9999"));
  assert(!hourly.take("9900"));
  clock.advance(3 * HOUR_MS);
  hourly.take("a");
  clock.advance(2 * HOUR_MS);
  hourly.take("b");
  assertEquals(hourly.size, 2);
});
