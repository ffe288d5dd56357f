/** Chooses the fastest engine that this runtime allows and that counts right. */

import type { Engine } from "./engine.ts";
import { createJavaScriptEngine } from "./engine_javascript.ts";
import { createKernelEngine } from "./engine_kernel.ts";
import { isBelow, type Target } from "./height.ts";
import { CHALLENGE_BYTES } from "./puzzle.ts";
import { PuzzleHash } from "./puzzle_hash.ts";

/** An engine, and what would have been faster. */
export interface EngineChoice {
  /** Made and tested. */
  readonly engine: Engine;
  /** Faster engines that could not be used, each with the reason. */
  readonly skipped: readonly string[];
}

/** Fastest first; the last works everywhere. hash-wasm, needing what the first two need, would never be reached. */
const CANDIDATES: readonly [string, () => Engine | Promise<Engine>][] = [
  ["wasm-simd", () => createKernelEngine(4)],
  ["wasm-scalar", () => createKernelEngine(1)],
  ["javascript", createJavaScriptEngine],
];

let chosen: Promise<EngineChoice> | undefined;

/**
 * The engine that `solve` uses by itself. WebAssembly may be forbidden by a
 * page's policy (`WebAssembly.validate` still says yes then) and SIMD may be
 * missing: each candidate is made and tested, once.
 */
export function chooseEngine(): Promise<EngineChoice> {
  return chosen ??= firstThatWorks(CANDIDATES);
}

/** The first candidate that can be made and passes the test. Rejects when none does. */
export async function firstThatWorks(
  candidates: typeof CANDIDATES,
): Promise<EngineChoice> {
  const skipped: string[] = [];
  for (const [name, create] of candidates) {
    try {
      const engine = await create();
      if (countsRight(engine)) return { engine, skipped };
      skipped.push(`${name}: it gave a wrong result`);
    } catch (error) {
      skipped.push(`${name}: ${(error as Error).message}`);
    }
  }
  throw new Error(`No engine works here (${skipped.join("; ")})`);
}

const TEST_NONCES = 64;

/** Whether it finds the least of some hashes, and nothing below it. */
function countsRight(engine: Engine): boolean {
  const challenge = new Uint8Array(CHALLENGE_BYTES).fill(0xa5);
  const index = 3;
  const hash = new PuzzleHash(challenge);
  let least: Target = { high: 2 ** 32, low: 0 };
  let winner = -1;
  for (let nonce = 0; nonce < TEST_NONCES; nonce++) {
    hash.compute(index, nonce);
    if (!isBelow(hash.high, hash.low, least)) continue;
    least = { high: hash.high, low: hash.low };
    winner = nonce;
  }
  const search = (target: Target) =>
    engine.prepare({ challenge, index, target })(0, TEST_NONCES);
  const justAbove = { high: least.high, low: least.low + 1 };
  return search(justAbove) === winner && search(least) === -1;
}
