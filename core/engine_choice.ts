/** Chooses the fastest engine that this runtime allows and that counts right. */

import type { Engine } from "./engine.ts";
import { createJavaScriptEngine } from "./engine_javascript.ts";
import { createKernelEngine } from "./engine_kernel.ts";
import { CHALLENGE_BYTES } from "./puzzle.ts";

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

/** A known answer: of these nonces one has the least hash. */
export const KNOWN = {
  challenge: new Uint8Array(CHALLENGE_BYTES).fill(0xa5),
  index: 3,
  nonces: 64,
  winner: 56,
  high: 0x00d1_bc81,
  low: 0x3b62_3b2f,
} as const;

/** Whether it finds that one, and nothing below it. */
function countsRight(engine: Engine): boolean {
  const { challenge, index, nonces, winner, high, low } = KNOWN;
  const search = (low: number) =>
    engine.prepare({ challenge, index, target: { high, low } })(0, nonces);
  return search(low + 1) === winner && search(low) === -1;
}
