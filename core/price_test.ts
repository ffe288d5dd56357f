import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  DEFAULT_CURVE,
  MAX_WORK,
  owedHeight,
  owedWork,
  priceOf,
} from "./price.ts";

const curve = DEFAULT_CURVE;
const share = fc.double({ min: 0, max: 1, noNaN: true });
const alone = { weight: 1, messages: 0, subscribers: 0 };

Deno.test("the price is proportional to load above a floor, times pressure", () => {
  assertEquals(priceOf({ load: 0, pressure: 1, curve }), 2 ** 16);
  assertEquals(priceOf({ load: 1, pressure: 1, curve }), 2 ** 22);
  assertEquals(
    priceOf({ load: 0.5, pressure: 2, curve }),
    (2 ** 16 + (2 ** 22 - 2 ** 16) / 2) * 2,
  );
});

Deno.test("the price never falls when load or pressure rise", () => {
  fc.assert(fc.property(
    share,
    share,
    fc.double({ min: 1, max: 16, noNaN: true }),
    fc.double({ min: 1, max: 16, noNaN: true }),
    (loadA, loadB, pressureA, pressureB) => {
      const low = priceOf({
        load: Math.min(loadA, loadB),
        pressure: Math.min(pressureA, pressureB),
        curve,
      });
      const high = priceOf({
        load: Math.max(loadA, loadB),
        pressure: Math.max(pressureA, pressureB),
        curve,
      });
      assert(low <= high);
      assert(low >= curve.idleWork && high <= curve.fullWork * 16);
    },
  ));
});

Deno.test("what is owed grows by an eighth a message and 1/256 a subscriber", () => {
  assertEquals(owedWork({ height: 16, ...alone }), 2 ** 16);
  assertEquals(owedWork({ height: 16, ...alone, weight: 8 }), 2 ** 19);
  assertEquals(owedWork({ height: 16, ...alone, messages: 8 }), 2 ** 17);
  assertEquals(owedWork({ height: 16, ...alone, subscribers: 256 }), 2 ** 17);
  assertAlmostEquals(
    owedWork({ height: 16, weight: 2, messages: 3, subscribers: 2 }),
    2 ** 17 * (1 + 3 / 8) * (1 + 2 / 256),
  );
  assertEquals(owedHeight({ height: 16, ...alone, messages: 8 }), 17);
});

Deno.test("messages beyond 64 cost no more, and nothing owes more than 2^26", () => {
  const at = (messages: number) => owedWork({ height: 16, ...alone, messages });
  assertEquals(at(64), 2 ** 16 * 9);
  assertEquals(at(65), at(64));
  assert(at(63) < at(64));
  assertEquals(owedWork({ height: 26, ...alone, messages: 1 }), MAX_WORK);
  assertEquals(owedWork({ height: 255, ...alone, weight: 8 }), MAX_WORK);
});
