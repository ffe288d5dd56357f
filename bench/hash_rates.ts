/**
 * Measures hash rates fairly: all candidates in turn, round after round, so that
 * a machine that gets slower does so for all. Runs in Deno and in pages.
 */

import {
  createHashWasmEngine,
  createJavaScriptEngine,
  createKernelEngine,
  defaultThreads,
  type Engine,
  measureHashRate,
  WorkerPool,
} from "@sigmesh/core";
import { createHexEngine, createTwoBlockEngine } from "./hash_wasm_usage.ts";

/** Something that hashes. */
export interface Candidate {
  readonly name: string;
  readonly threads: number;
  /** Hashes a second, over about so long. */
  readonly measure: (durationMs: number) => Promise<number>;
}

/** Rates of one candidate, in hashes a second. */
export interface HashRate {
  readonly name: string;
  readonly threads: number;
  /** One a round, in order. */
  readonly rounds: readonly number[];
  readonly median: number;
  /** Median of the rounds' ratios: how many times as fast the first candidate is. */
  readonly firstIsFasterBy: number;
}

/** What was measured where: the file that `bench/` hands to tools. */
export interface HashRateReport {
  readonly version: 1;
  readonly kind: "hash-rates";
  /** ISO 8601. */
  readonly date: string;
  readonly device: string;
  readonly runtime: string;
  /** Logical processors. */
  readonly processors: number;
  readonly rates: readonly HashRate[];
}

/** Candidates, to be closed after use. */
export interface OpenCandidates {
  readonly candidates: readonly Candidate[];
  /** What cannot be used here, with the reason. */
  readonly missing: readonly string[];
  readonly close: () => void;
}

/** This project's engines on one thread, and the fastest on more, up to every thread. */
export async function ownCandidates(): Promise<OpenCandidates> {
  return together(await engineCandidates(), await poolCandidates());
}

/** One after the other; closed as one. */
export function together(...opened: OpenCandidates[]): OpenCandidates {
  return {
    candidates: opened.flatMap(({ candidates }) => candidates),
    missing: opened.flatMap(({ missing }) => missing),
    close: () => opened.forEach(({ close }) => close()),
  };
}

/** On this thread: this project's engines, and hash-wasm used otherwise. */
export function engineCandidates(): Promise<OpenCandidates> {
  const engines: [string, () => Engine | Promise<Engine>][] = [
    ["wasm-simd", () => createKernelEngine(4)],
    ["wasm-scalar", () => createKernelEngine(1)],
    ["javascript", createJavaScriptEngine],
    ["hash-wasm", createHashWasmEngine],
    ["hash-wasm, 80 bytes", createTwoBlockEngine],
    ["hash-wasm, hexadecimal digest", createHexEngine],
  ];
  return openAll(
    engines.map(([name, create]) => [
      name,
      async () => ({ candidate: ofEngine(await create()), close() {} }),
    ]),
  );
}

/** The fastest engine on 1, 2, 4, … and all threads. */
export function poolCandidates(): Promise<OpenCandidates> {
  return openAll(
    threadCounts(defaultThreads() + 1).map((threads) => [
      `${threads} workers`,
      async () => {
        const pool = await WorkerPool.start(threads);
        return { candidate: ofPool(pool), close: () => pool.close() };
      },
    ]),
  );
}

type Make = () => Promise<{ candidate: Candidate; close: () => void }>;

/** Makes what can be made, by name. */
async function openAll(
  makers: readonly (readonly [string, Make])[],
): Promise<OpenCandidates> {
  const candidates: Candidate[] = [];
  const missing: string[] = [];
  const closers: (() => void)[] = [];
  for (const [name, make] of makers) {
    try {
      const { candidate, close } = await make();
      candidates.push(candidate);
      closers.push(close);
    } catch (error) {
      missing.push(`${name}: ${(error as Error).message}`);
    }
  }
  return {
    candidates,
    missing,
    close: () => closers.forEach((close) => close()),
  };
}

/** 1, 2, 4, …, as many as pages use and all of them. */
function threadCounts(most: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < most - 1; count *= 2) counts.push(count);
  return [...counts, most - 1, most];
}

function ofEngine(engine: Engine): Candidate {
  return {
    name: engine.name,
    threads: 1,
    measure: async (durationMs) =>
      (await measureHashRate({ engine, durationMs })).hashesPerSecond,
  };
}

function ofPool(workers: WorkerPool): Candidate {
  return {
    name: `${workers.engine} in workers`,
    threads: workers.threads,
    measure: async (durationMs) =>
      (await measureHashRate({ workers, durationMs })).hashesPerSecond,
  };
}

/** Measures all candidates, once a round after a round that does not count. */
export async function measureInTurns(
  candidates: readonly Candidate[],
  { rounds, durationMs, onStep }: {
    rounds: number;
    durationMs: number;
    onStep: (done: number, all: number, name: string) => void;
  },
): Promise<HashRate[]> {
  const measured = candidates.map((): number[] => []);
  const all = candidates.length * (rounds + 1);
  let done = 0;
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { name, measure }] of candidates.entries()) {
      onStep(done++, all, name);
      const rate = await measure(round === 0 ? durationMs / 4 : durationMs);
      if (round > 0) measured[i]!.push(rate);
    }
  }
  onStep(all, all, "done");
  const first = measured[0]!;
  return candidates.map(({ name, threads }, i) => ({
    name,
    threads,
    rounds: measured[i]!,
    median: median(measured[i]!),
    firstIsFasterBy: pairedRatio(first, measured[i]!),
  }));
}

/** How many times as fast one was as another: the median of the rounds' ratios. */
export function pairedRatio(
  fast: readonly number[],
  slow: readonly number[],
): number {
  return median(fast.map((rate, round) => rate / slow[round]!));
}

/** The middle value; of an even number the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** Rates as a Markdown table. */
export function formatRates(rates: readonly HashRate[]): string {
  const mega = (rate: number) => (rate / 1e6).toFixed(3);
  const first = rates[0]!.name;
  return [
    `| what | threads | MH/s, median | least | most | ${first} is so many times as fast |`,
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...rates.map(({ name, threads, rounds, median, firstIsFasterBy }) =>
      `| ${name} | ${threads} | ${mega(median)} | ` +
      `${mega(Math.min(...rounds))} | ${mega(Math.max(...rounds))} | ` +
      `${firstIsFasterBy.toFixed(2)} |`
    ),
  ].join("\n");
}
