import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { heightOf, isBelow, targetOf, workOf } from "./height.ts";

function valueOf({ high, low }: { high: number; low: number }): bigint {
  return (BigInt(high) << 32n) + BigInt(low);
}

/** floor(2^(64 - steps/256)) by eight exact integer square roots. */
function exactTarget(steps: number): bigint {
  let n = 1n << BigInt(64 * 256 - steps);
  for (let i = 0; i < 8; i++) n = squareRoot(n);
  return n;
}

function squareRoot(n: bigint): bigint {
  let root = 1n << BigInt((n.toString(16).length * 4 >> 1) + 1);
  while (root * root > n) root = (root + n / root) >> 1n;
  assert((root + 1n) ** 2n > n);
  return root;
}

Deno.test("all 256 fractions of a bit have their exact target", () => {
  for (let steps = 0; steps < 256; steps++) {
    const expected = steps === 0 ? 1n << 64n : exactTarget(steps);
    assertEquals(valueOf(targetOf(steps / 256)), expected, `${steps}/256`);
    assertEquals(valueOf(targetOf(17 + steps / 256)), expected >> 17n);
  }
});

Deno.test("at height 0 and below every hash solves, from 64 on none", () => {
  for (const height of [0, -0.5, -3, -1000]) {
    assert(isBelow(0xffff_ffff, 0xffff_ffff, targetOf(height)), `${height}`);
  }
  assertEquals(targetOf(64), { high: 0, low: 1 });
  assert(isBelow(0, 0, targetOf(64)));
  for (const height of [64 + 1 / 256, 65, 128, 255.99609375, Infinity]) {
    assertEquals(targetOf(height), { high: 0, low: 0 }, `${height}`);
  }
  assertThrows(() => targetOf(NaN), RangeError);
});

Deno.test("a target draws the line between two neighbouring hashes", () => {
  const target = { high: 5, low: 7 };
  assert(isBelow(5, 6, target));
  assert(!isBelow(5, 7, target));
  assert(isBelow(4, 0xffff_ffff, target));
  assert(!isBelow(6, 0, target));
});

Deno.test("targets fall with height", () => {
  fc.assert(fc.property(
    fc.integer({ min: -2000, max: 0xffff }),
    fc.integer({ min: 0, max: 2000 }),
    (steps, more) => {
      assert(
        valueOf(targetOf(steps / 256)) >=
          valueOf(targetOf((steps + more) / 256)),
      );
    },
  ));
});

Deno.test("every height comes back from its work", () => {
  for (let steps = 0; steps <= 64 * 256; steps++) {
    assertEquals(heightOf(workOf(steps / 256)), steps / 256);
  }
});

Deno.test("work rounds up to the next step, and never by more than one", () => {
  assertEquals(heightOf(0), 0);
  assertEquals(heightOf(1), 0);
  assertEquals(heightOf(65536), 16);
  assertEquals(heightOf(65537), 16 + 1 / 256);
  fc.assert(
    fc.property(fc.double({ min: 1, max: 2 ** 60, noNaN: true }), (work) => {
      const height = heightOf(work);
      assert(workOf(height) >= work * (1 - 1e-12));
      assert(workOf(height - 1 / 256) < work);
    }),
  );
});

Deno.test("work must be a finite number", () => {
  for (const work of [NaN, -1, Infinity]) {
    assertThrows(() => heightOf(work), RangeError, "Work must be");
  }
});
