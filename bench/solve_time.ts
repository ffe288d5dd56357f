/**
 * How long whole solves take: the tail, and what a second worker brings.
 * Run: `deno task bench:solve`.
 */

import { solve, WorkerPool } from "@sigmesh/core";
import { median } from "./hash_rates.ts";

const TAIL_SOLVES = 500;
const TAIL_HEIGHT = 18;
const PAIRS = 15;
const PAIR_HEIGHT = 24;

function randomChallenge(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}

async function timeSolve(
  challenge: Uint8Array,
  height: number,
  workers: WorkerPool | number,
): Promise<number> {
  const started = performance.now();
  await solve(challenge, height, { workers });
  return performance.now() - started;
}

console.log(
  `Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} processors, ` +
    new Date().toISOString(),
);

const times: number[] = [];
for (let i = 0; i < TAIL_SOLVES; i++) {
  times.push(await timeSolve(randomChallenge(), TAIL_HEIGHT, 0));
}
times.sort((a, b) => a - b);
const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
const p99 = times[Math.ceil(times.length * 0.99) - 1]!;
console.log(
  `${TAIL_SOLVES} solves at height ${TAIL_HEIGHT}, one thread: mean ` +
    `${mean.toFixed(2)} ms, p50 ${median(times).toFixed(2)}, p99 ` +
    `${p99.toFixed(2)}; p99 is ${(p99 / mean).toFixed(2)} times the mean`,
);

const one = await WorkerPool.start(1);
const two = await WorkerPool.start(2);
const ratios: number[] = [];
for (let i = 0; i < PAIRS; i++) {
  const challenge = randomChallenge();
  const alone = await timeSolve(challenge, PAIR_HEIGHT, one);
  ratios.push(alone / await timeSolve(challenge, PAIR_HEIGHT, two));
}
one.close();
two.close();
console.log(
  `${PAIRS} solves at height ${PAIR_HEIGHT} on warm pools: two workers are ` +
    `${median(ratios).toFixed(2)} times as fast as one (median of pairs; ` +
    `${ratios.map((ratio) => ratio.toFixed(2)).join(", ")})`,
);
