import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { sha256, solve, workOf } from "@sigmesh/core";
import { PUZZLES, readNonce } from "../../core/puzzle.ts";
import { percentile } from "../load/statistics.ts";
import { shareWithin, timesMeanAt } from "./solve_tail.ts";

Deno.test("quantiles are those of chi-squared with 16 degrees of freedom, over 16", () => {
  // Tables of the distribution: 15.338 at 0.5, 26.296 at 0.95, 32.000 at 0.99.
  assertAlmostEquals(timesMeanAt(0.5) * 16, 15.338, 0.001);
  assertAlmostEquals(timesMeanAt(0.95) * 16, 26.296, 0.001);
  assertAlmostEquals(timesMeanAt(0.99) * 16, 32.000, 0.001);
});

Deno.test("quantile and share are each other's inverse, from end to end", () => {
  for (const share of [1e-6, 0.01, 0.3, 0.5, 0.9, 0.999, 1 - 1e-9]) {
    assertAlmostEquals(shareWithin(timesMeanAt(share)), share, 1e-12);
  }
  assert(shareWithin(0) === 0 && shareWithin(-1) === 0);
  assertThrows(() => timesMeanAt(1), RangeError);
  assertThrows(() => timesMeanAt(NaN), RangeError);
});

Deno.test("500 real solves are distributed so", async () => {
  const solves = 500;
  const height = 13;
  const times: number[] = [];
  for (let i = 0; i < solves; i++) {
    const challenge = sha256(`challenge ${i}`); // the same in every run
    const { nonces } = await solve(challenge, height, { workers: 0 });
    let hashes = 0; // those up to each first solution
    for (let k = 0; k < PUZZLES; k++) hashes += readNonce(nonces, k) + 1;
    times.push(hashes / workOf(height));
  }
  const mean = times.reduce((sum, time) => sum + time, 0) / solves;
  assertAlmostEquals(mean, 1, 0.05);
  const sorted = times.toSorted((a, b) => a - b);
  const farthest = Math.max(
    ...sorted.map((time, i) =>
      Math.abs(shareWithin(time) - (i + 0.5) / solves)
    ),
  );
  // Kolmogorov and Smirnov: one set of 500 in a hundred strays farther.
  assert(farthest < 1.63 / Math.sqrt(solves), `${farthest}`);
  assertAlmostEquals(percentile(times, 0.5), timesMeanAt(0.5), 0.06);
  assertAlmostEquals(percentile(times, 0.99), timesMeanAt(0.99), 0.25);
});
