import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { MAX_WORK } from "@sigmesh/core";
import {
  measuredAttackers,
  outcomeFor,
  parseAttacker,
  postsBought,
} from "./attackers.ts";
import type { Device } from "./device.ts";
import { FULL, REST } from "./price_points.ts";

const curve = { idleWork: 2 ** 16, fullWork: 2 ** 20 };
const device = { name: "laptop", hashesPerSecond: 30e6 } as Device;

Deno.test("an attacker is given by name and rate", () => {
  const { ok, ...rest } = parseAttacker(" RTX = 4090=22G");
  assert(ok);
  assertEquals(rest, {
    value: {
      name: "RTX = 4090",
      hashesPerSecond: 22e9,
      basis: "given by --attacker",
      isGiven: true,
    },
  });
  for (
    const text of ["", "22G", "=22G", "a=", "a=fast", "x".repeat(81) + "=1G"]
  ) {
    assertEquals(parseAttacker(text), {
      ok: false,
      detail: "expected a name and hashes a second, such as GPU=350M",
    });
  }
});

Deno.test("rates of attackers follow from what was measured", () => {
  const rates = (page: number, native: number) =>
    measuredAttackers(device, { page, native })
      .map(({ hashesPerSecond }) => hashesPerSecond);
  assertEquals(rates(10e6, 20e6), [60e6, 2000e6]);
  // Where native code at hand is slower, nobody would use it.
  assertEquals(rates(10e6, 5e6), [30e6, 1000e6]);
  const [laptop] = measuredAttackers(device, { page: 10e6, native: 20e6 });
  assertEquals(laptop!.name, "laptop with native code");
  assert(laptop!.basis.includes("times 2.00"));
});

Deno.test("an attacker is held where the price leaves them what the node sustains", () => {
  const postsPerSecond = 1000;
  const outcome = (hashesPerSecond: number) =>
    outcomeFor(hashesPerSecond, { curve, postsPerSecond });
  assertEquals(outcome(1e6), { held: "by load", strain: REST });
  const half = outcome(0.5e9);
  assert(half.held === "by load");
  assertAlmostEquals(half.strain.load, 0.44, 0.01);
  const double = outcome(2 ** 21 * postsPerSecond);
  assert(double.held === "by pressure");
  assertAlmostEquals(double.strain.pressure, 2, 0.01);
  assertEquals(outcome(2 ** 25 * postsPerSecond), {
    held: "by a dearer curve",
    fullWork: 2 ** 21,
  });
  assertEquals(outcome(MAX_WORK * 5000), {
    held: "by more nodes",
    postsPerSecond: 5000,
  });
});

Deno.test("what is bought is hashes over the price", () => {
  const bought = (strain: typeof REST) =>
    postsBought(2 ** 24, { strain, curve });
  assertEquals([bought(REST), bought(FULL)], [256, 16]);
});
