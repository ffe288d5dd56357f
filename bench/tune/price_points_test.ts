import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { MAX_PRESSURE, MAX_WORK } from "@sigmesh/core";
import { FULL, REST, strainFor, UTMOST, workAt } from "./price_points.ts";

const curve = { idleWork: 2 ** 16, fullWork: 2 ** 20 };
/** Prices are rounded up to 1/256 bit. */
const STEP = 2 ** (1 / 256);

Deno.test("a post costs what the curve says, from rest to the utmost", () => {
  assertEquals(workAt(REST, curve), 2 ** 16);
  assertEquals(workAt(FULL, curve), 2 ** 20);
  assertEquals(workAt(UTMOST, curve), 2 ** 20 * MAX_PRESSURE);
  assertEquals(workAt(UTMOST, { ...curve, fullWork: 2 ** 25 }), MAX_WORK);
});

Deno.test("the strain at which a price is reached is the least one", () => {
  const load = strainFor((2 ** 16 + 2 ** 20) / 2, curve)!;
  assertEquals(load.pressure, 1);
  assertAlmostEquals(load.load, 0.5, 0.002);
  const pressure = strainFor(2 ** 22, curve)!;
  assertEquals(pressure.load, 1);
  assertAlmostEquals(pressure.pressure, 4, 0.02);
  for (const work of [70_000, 300_000, 2 ** 21 + 1, 2 ** 23]) {
    const reached = workAt(strainFor(work, curve)!, curve);
    assert(reached >= work && reached <= work * STEP, `${work}`);
  }
});

Deno.test("what is cheaper than rest is reached at rest, what is dearer than all never", () => {
  assertEquals(strainFor(1, curve), REST);
  assertAlmostEquals(strainFor(2 ** 20, curve)!.load, 1, 0.003);
  assertEquals(strainFor(2 ** 20 * MAX_PRESSURE + 1, curve), undefined);
  const dear = { idleWork: MAX_WORK, fullWork: MAX_WORK };
  assertEquals(strainFor(MAX_WORK, dear), REST);
});
