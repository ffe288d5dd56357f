/** The fastest engines: the generated kernel, four nonces at a time or one. */

import type { Engine, Puzzle, Search } from "./engine.ts";
import { isBelow } from "./height.ts";
import { generateKernel, type KernelExports } from "./kernel.ts";
import { puzzleConstants } from "./puzzle_constants.ts";
import { LOW_HALF } from "./puzzle.ts";
import { PuzzleHash } from "./puzzle_hash.ts";

/**
 * Nonces in one call of the kernel, about a millisecond: V8 exchanges slow code
 * for fast between calls only, so that one long call would stay slow.
 */
const NONCES_PER_CALL = 16 * 1024;

/** SIMD, or scalar with one lane. Rejects where WebAssembly, or SIMD, is not to be had. */
export async function createKernelEngine(lanes: 1 | 4): Promise<Engine> {
  const { instance } = await WebAssembly.instantiate(generateKernel(lanes));
  const { memory, search } = instance.exports as unknown as KernelExports;
  const constants = new Int32Array(memory.buffer);

  function prepare({ challenge, index, target }: Puzzle): Search {
    const hash = new PuzzleHash(challenge);
    const highestWord = Math.min(target.high, 0xffff_ffff);
    let prepared = new Int32Array();
    let preparedFor = -1;

    /** Puzzles share the kernel's memory: each call brings its own constants. */
    function load(high: number): void {
      if (preparedFor !== high) {
        prepared = puzzleConstants(hash.blockOf(index, high));
        preparedFor = high;
      }
      constants.set(prepared);
    }

    function solves(nonce: number): boolean {
      hash.compute(index, nonce);
      return isBelow(hash.high, hash.low, target);
    }

    /** The first solution among `steps * lanes` nonces with the same high half, or -1. */
    function searchLow(from: number, steps: number): number {
      while (steps > 0) {
        const left = search(from % LOW_HALF, steps, highestWord);
        if (left === 0) return -1;
        const hit = from + (steps - left) * lanes;
        for (let lane = 0; lane < lanes; lane++) {
          if (solves(hit + lane)) return hit + lane;
        }
        from = hit + lanes;
        steps = left - 1;
      }
      return -1;
    }

    return (from, count) => {
      const end = from + count;
      while (from < end) {
        const high = Math.floor(from / LOW_HALF);
        const room = Math.min(end, (high + 1) * LOW_HALF) - from;
        const steps = Math.floor(Math.min(room, NONCES_PER_CALL) / lanes);
        if (steps === 0) {
          if (solves(from)) return from;
          from++;
          continue;
        }
        load(high);
        const found = searchLow(from, steps);
        if (found >= 0) return found;
        from += steps * lanes;
      }
      return -1;
    };
  }

  return { name: lanes === 4 ? "wasm-simd" : "wasm-scalar", prepare };
}
