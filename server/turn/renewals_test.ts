import { assertEquals } from "@std/assert";
import { FakeClock } from "../testing/fake_clock.ts";
import { Renewals } from "./renewals.ts";

Deno.test("a renewal is remembered until it expires", () => {
  const clock = new FakeClock(0);
  const renewals = new Renewals({ clock, most: 10 });
  const stop = renewals.start();
  renewals.renew("a", 60);
  renewals.renew("b", 61);
  renewals.renew("b", 30); // never shorter
  assertEquals([renewals.expiryOf("a"), renewals.expiryOf("b")], [60, 61]);
  clock.advance(60_000);
  assertEquals([renewals.expiryOf("a"), renewals.expiryOf("b")], [
    undefined,
    61,
  ]);
  stop();
});

Deno.test("at the bound the one renewed longest ago is forgotten", () => {
  const renewals = new Renewals({ clock: new FakeClock(0), most: 2 });
  for (const username of ["a", "b", "a", "c"]) renewals.renew(username, 60);
  assertEquals(renewals.size, 2);
  assertEquals(renewals.expiryOf("b"), undefined);
});
