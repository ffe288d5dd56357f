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

const { rounds, ms, json } = new Command("bench:hash")
  .description("Measures hashes a second, all candidates in turn.")
  .option("--rounds <number>", "rounds that count", Number, 7)
  .option("--ms <number>", "time for each candidate in a round", Number, 200)
  .option("--json <file>", "write the result there too")
  .parse(Deno.args, { from: "user" })
  .opts<{ rounds: number; ms: number; json?: string }>();

/** 52 bytes, as our puzzles have; others hash what their own format says. */
const message = crypto.getRandomValues(new Uint8Array(52));

/** Calls `hash` for so long and counts. */
function repeat(name: string, hash: () => unknown): Candidate {
  return {
    name,
    threads: 1,
    async measure(durationMs) {
      const started = performance.now();
      let hashes = 0;
      while (performance.now() - started < durationMs) {
        for (let i = 0; i < 64; i++) {
          message[51] = i;
          await hash();
        }
        hashes += 64;
      }
      return hashes / (performance.now() - started) * 1000;
    },
  };
}

/** The same without `await`, for what answers at once. */
function repeatSync(name: string, hash: () => unknown): Candidate {
  return {
    name,
    threads: 1,
    measure(durationMs) {
      const started = performance.now();
      let hashes = 0;
      while (performance.now() - started < durationMs) {
        for (let i = 0; i < 256; i++) {
          message[51] = i;
          hash();
        }
        hashes += 256;
      }
      return Promise.resolve(hashes / (performance.now() - started) * 1000);
    },
  };
}

/** Solves whole puzzles of another project for so long; `solve` returns the hashes it took. */
function solver(name: string, solve: (salt: string) => number): Candidate {
  return {
    name,
    threads: 1,
    measure(durationMs) {
      const started = performance.now();
      let hashes = 0;
      while (performance.now() - started < durationMs) {
        hashes += solve(crypto.randomUUID());
      }
      return Promise.resolve(hashes / (performance.now() - started) * 1000);
    },
  };
}

const others: Candidate[] = [
  repeatSync(
    "node:crypto createHash",
    () => createHash("sha256").update(message).digest(),
  ),
  repeatSync("@noble/hashes sha256", () => nobleSha256(message)),
  repeat("WebCrypto digest", () => crypto.subtle.digest("SHA-256", message)),
  solver(
    "Cap @cap.js/wasm solve_pow",
    (salt) => Number(solveCap(salt.repeat(2).slice(0, 50), "0000")) + 1,
  ),
  solver(
    "mCaptcha @mcaptcha/pow-wasm gen_pow",
    (salt) => JSON.parse(solveMCaptcha(salt, "a phrase", 50_000)).nonce + 1,
  ),
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
