import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_WORK, MESH_FLOOR } from "@sigmesh/core";
import { parseDifficulty } from "../../server/load/difficulty.ts";
import type { Device } from "./device.ts";
import { curveFor } from "./wishes.ts";

function device(hashesPerSecond: number): Device {
  return { name: "phone", hashesPerSecond } as Device;
}

Deno.test("waits on a device become work", () => {
  assertEquals(
    curveFor({
      device: device(2e6),
      idleWaitSeconds: 0.05,
      fullWaitSeconds: 3,
    }),
    { curve: { idleWork: 100_000, fullWork: 6_000_000 }, unmet: [] },
  );
});

Deno.test("a wish that the protocol does not allow is met as far as it does, and said", () => {
  const slow = curveFor({
    device: device(1e6),
    idleWaitSeconds: 0.05,
    fullWaitSeconds: 100,
  });
  assertEquals(slow.curve, { idleWork: MESH_FLOOR, fullWork: MAX_WORK });
  assertEquals(slow.unmet, [
    "50.0 ms at rest on phone would be 50,000 hashes. No price is below " +
    "65,536 hashes: it will wait 65.5 ms.",
    "100 s at full load on phone would be 100,000,000 hashes. No price is above " +
    "67,108,864 hashes: it will wait 67.1 s.",
  ]);
});

Deno.test("a node accepts every curve that comes of wishes", () => {
  const amount = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(amount, amount, amount, (rate, wait, more) => {
      const { curve } = curveFor({
        device: device(rate),
        idleWaitSeconds: wait,
        fullWaitSeconds: wait + more,
      });
      const file = JSON.stringify({ version: 1, ...curve, measured: {} });
      assertEquals(parseDifficulty(file), { ok: true, value: curve });
    }),
  );
});
