import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { workOf } from "@sigmesh/core";
import {
  createRandom,
  drawWait,
  mineByChance,
  noncesOfHeight,
  verifyByChance,
} from "./chance.ts";

const challenge = new Uint8Array(32);

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

Deno.test("chance is even, and the same for the same seed", () => {
  const draws = Array.from({ length: 20_000 }, createRandom(7));
  assertEquals(draws, Array.from({ length: 20_000 }, createRandom(7)));
  assert(draws.every((draw) => draw >= 0 && draw < 1));
  assertAlmostEquals(mean(draws), 0.5, 0.01);
  const random = createRandom(8);
  const waits = Array.from({ length: 20_000 }, () => drawWait(random, 40));
  assertAlmostEquals(mean(waits), 40, 1);
});

Deno.test("mining by chance takes as many hashes as mining does, with its tail", () => {
  const random = createRandom(1);
  const hashes = Array.from(
    { length: 4000 },
    () => mineByChance(18, random).hashes,
  ).sort((a, b) => a - b);
  assertAlmostEquals(mean(hashes) / workOf(18), 1, 0.02);
  // A sum of 8 exponentials: 2.0 times the mean.
  assertAlmostEquals(hashes[3960]! / workOf(18), 2, 0.12);
});

Deno.test("what was mined reaches its height, and half of the puzzles a bit more", () => {
  const random = createRandom(2);
  const mined = Array.from(
    { length: 1000 },
    () => mineByChance(17.25, random).nonces,
  );
  assert(mined.every((nonces) => verifyByChance(challenge, nonces, 17.25).ok));
  const higher = mined.filter((nonces) =>
    verifyByChance(challenge, nonces, 17.35).ok
  );
  assertAlmostEquals(higher.length / 1000, (2 ** -0.1) ** 8, 0.05);
});

Deno.test("a top-up costs what is missing: half of it for one bit", () => {
  const random = createRandom(3);
  const costs = Array.from({ length: 4000 }, () => {
    const { nonces } = mineByChance(17, random);
    return mineByChance(18, random, nonces).hashes;
  });
  assertAlmostEquals(mean(costs) / workOf(18), 0.5, 0.02);
});

Deno.test("nonces of a height reach that and no more", () => {
  const nonces = noncesOfHeight(20.5);
  assert(verifyByChance(challenge, nonces, 20.5).ok);
  assert(!verifyByChance(challenge, nonces, 20.5 + 1 / 256).ok);
});
