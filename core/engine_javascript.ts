/** Mining without WebAssembly, for pages whose policy forbids it. */

import type { Engine, Puzzle, Search } from "./engine.ts";
import { isBelow } from "./height.ts";
import { PuzzleHash } from "./puzzle_hash.ts";

/** Needs nothing of the platform. */
export function createJavaScriptEngine(): Engine {
  return { name: "javascript", prepare };
}

function prepare({ challenge, index, target }: Puzzle): Search {
  const hash = new PuzzleHash(challenge);
  return (from, count) => {
    for (let nonce = from; nonce < from + count; nonce++) {
      hash.compute(index, nonce);
      if (isBelow(hash.high, hash.low, target)) return nonce;
    }
    return -1;
  };
}
