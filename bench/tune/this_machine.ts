/** Hash rates of the machine that runs this. */

import { createHash } from "node:crypto";
import os from "node:os";
import {
  type Candidate,
  type HashRateReport,
  measureInTurns,
  ownCandidates,
} from "../hash_rates.ts";
import type { ThreadRates } from "./attackers.ts";
import type { Step } from "./progress.ts";

/** Large enough that calls cost nothing beside the hashing. */
const BULK = new Uint8Array(2 ** 20);
/** What SHA-256 compresses at a time: one try of a nonce. */
const BLOCK_BYTES = 64;

/** Native code, which spends its time on compressions alone when it hashes in bulk. */
const native: Candidate = {
  name: "native",
  threads: 1,
  measure(durationMs) {
    const started = performance.now();
    let blocks = 0;
    while (performance.now() - started < durationMs) {
      createHash("sha256").update(BULK).digest();
      blocks += BULK.length / BLOCK_BYTES;
    }
    const seconds = (performance.now() - started) / 1000;
    return Promise.resolve(blocks / seconds);
  },
};

/** What was measured. */
export interface MachineRates {
  readonly threads: ThreadRates;
  /** As `bench:hash` writes it. */
  readonly report: HashRateReport;
}

/** Options of {@linkcode measureThisMachine}. */
export interface MachineOptions {
  readonly rounds: number;
  readonly durationMs: number;
  /** Whether to measure all that makes it a device; else one thread is enough. */
  readonly asDevice: boolean;
  readonly onProgress: (step: Step) => void;
  /** Rejects with its reason when it aborts. */
  readonly signal: AbortSignal;
}

/** Measures, in turns, this project's engines and native code. */
export async function measureThisMachine(
  { rounds, durationMs, asDevice, onProgress, signal }: MachineOptions,
): Promise<MachineRates> {
  const own = await ownCandidates();
  try {
    const chosen = asDevice ? own.candidates : own.candidates.slice(0, 1);
    const rates = await measureInTurns([...chosen, native], {
      rounds,
      durationMs,
      onStep(done, all, name) {
        signal.throwIfAborted();
        onProgress({ ...timesOf(done, { all, rounds, durationMs }), name });
      },
    });
    return {
      // The first is the fastest that works: pages use it.
      threads: { page: rates[0]!.median, native: rates.at(-1)!.median },
      report: {
        version: 1,
        kind: "hash-rates",
        date: new Date().toISOString(),
        device: os.cpus()[0]?.model.trim() || "this machine",
        runtime: `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`,
        processors: navigator.hardwareConcurrency,
        rates,
      },
    };
  } finally {
    own.close();
  }
}

/** Seconds passed and in all, when the first round takes a quarter of the others' time. */
function timesOf(
  done: number,
  { all, rounds, durationMs }: {
    all: number;
    rounds: number;
    durationMs: number;
  },
): { seconds: number; ofSeconds: number } {
  const inRound = all / (rounds + 1);
  const until = (steps: number) =>
    (Math.min(steps, inRound) / 4 + Math.max(0, steps - inRound)) *
    durationMs / 1000;
  return { seconds: until(done), ofSeconds: until(all) };
}
