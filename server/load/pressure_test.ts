import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { nextPressure } from "./pressure.ts";

const second = (saturation: number) => ({ saturation, seconds: 1 });

Deno.test("pressure rests at a saturation of 0.8, grows above and shrinks below, the faster the farther", () => {
  assertEquals(nextPressure(2, second(0.8)), 2);
  assertAlmostEquals(nextPressure(2, second(1)), 2 * Math.exp(0.16));
  assertAlmostEquals(nextPressure(2, second(0.6)), 2 / Math.exp(0.16));
  assertAlmostEquals(nextPressure(4, second(0)), 4 / Math.exp(0.64));
});

Deno.test("pressure is a matter of time, not of how often it is asked for", () => {
  const once = nextPressure(2, { saturation: 1, seconds: 3 });
  const thrice = [1, 2, 3].reduce((p) => nextPressure(p, second(1)), 2);
  assertAlmostEquals(once, thrice);
});

Deno.test("pressure stays in 1 to 16", () => {
  fc.assert(fc.property(
    fc.double({ min: 1, max: 16, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1e6, noNaN: true }),
    (pressure, saturation, seconds) => {
      const next = nextPressure(pressure, { saturation, seconds });
      assert(next >= 1 && next <= 16);
    },
  ));
});
