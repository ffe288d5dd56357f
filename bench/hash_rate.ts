/**
 * Hash rates of this project's engines beside what others use.
 * Run: `deno task bench:hash`; `--help` lists options.
 */

import { solve_pow as solveCap } from "@cap.js/wasm";
import { gen_pow as solveMCaptcha } from "@mcaptcha/pow-wasm";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { Command } from "commander";
import { createHash } from "node:crypto";
import os from "node:os";
import {
  type Candidate,
  formatRates,
  type HashRateReport,
  measureInTurns,
  ownCandidates,
} from "./hash_rates.ts";
import { amount } from "./load/options.ts";

const { rounds, ms, json } = new Command("bench:hash")
  .description("Measures hashes a second, all candidates in turn.")
  .option("--rounds <number>", "rounds that count", amount, 7)
  .option("--ms <number>", "time for each candidate in a round", amount, 200)
  .option("--json <file>", "write the result there too")
  .parse(Deno.args, { from: "user" })
  .opts<{ rounds: number; ms: number; json?: string }>();

/** 52 bytes, as our puzzles have; others hash what their own format says. */
const message = crypto.getRandomValues(new Uint8Array(52));

/** Runs batches for so long; a batch returns the hashes it took. */
function repeat(
  name: string,
  batch: () => number | Promise<number>,
): Candidate {
  return {
    name,
    threads: 1,
    async measure(durationMs) {
      const started = performance.now();
      let hashes = 0;
      while (performance.now() - started < durationMs) hashes += await batch();
      return hashes / (performance.now() - started) * 1000;
    },
  };
}

const BATCH = 256;

function hashing(name: string, hash: () => unknown): Candidate {
  return repeat(name, () => {
    for (let i = 0; i < BATCH; i++) {
      message[51] = i;
      hash();
    }
    return BATCH;
  });
}

const others: Candidate[] = [
  hashing(
    "node:crypto createHash",
    () => createHash("sha256").update(message).digest(),
  ),
  hashing("@noble/hashes sha256", () => nobleSha256(message)),
  repeat("WebCrypto digest, one by one", async () => {
    await crypto.subtle.digest("SHA-256", message);
    return 1;
  }),
  repeat("Cap @cap.js/wasm solve_pow", () => {
    const salt = crypto.randomUUID().repeat(2).slice(0, 50);
    return Number(solveCap(salt, "0000")) + 1;
  }),
  repeat("mCaptcha @mcaptcha/pow-wasm gen_pow", () => {
    const work = solveMCaptcha(crypto.randomUUID(), "a phrase", 50_000);
    return JSON.parse(work).nonce + 1;
  }),
];

const own = await ownCandidates();
for (const reason of own.missing) console.error(`not measured: ${reason}`);
const rates = await measureInTurns([...own.candidates, ...others], {
  rounds,
  durationMs: ms,
  onStep: (done, all, name) =>
    console.error(`${Math.round(done / all * 100)} % ${name}`),
});
own.close();

const report: HashRateReport = {
  version: 1,
  kind: "hash-rates",
  date: new Date().toISOString(),
  device: os.cpus()[0]?.model ?? "unknown",
  runtime: `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`,
  processors: navigator.hardwareConcurrency,
  rates,
};
console.log(
  `${report.device}, ${report.processors} processors, ${report.runtime}, ` +
    `${report.date}\n\n${formatRates(rates)}`,
);
if (json !== undefined) {
  await Deno.writeTextFile(json, JSON.stringify(report, null, 2));
  console.error(`written to ${json}`);
}
