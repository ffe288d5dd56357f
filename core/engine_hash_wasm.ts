/** The reference engine: hash-wasm, called once a nonce. */

import type { Engine, Puzzle, Search } from "./engine.ts";
import { createWasmHash } from "./hasher.ts";
import { isBelow } from "./height.ts";
import { PuzzleMessage, wordAt } from "./puzzle.ts";

/** Every other engine is tested against this one. */
export async function createHashWasmEngine(): Promise<Engine> {
  const hash = await createWasmHash();
  return {
    name: "hash-wasm",
    prepare({ challenge, index, target }: Puzzle): Search {
      const message = new PuzzleMessage(challenge);
      message.setIndex(index);
      return (from, count) => {
        for (let nonce = from; nonce < from + count; nonce++) {
          message.setNonce(nonce);
          const digest = hash(message.bytes);
          if (isBelow(wordAt(digest, 0), wordAt(digest, 4), target)) {
            return nonce;
          }
        }
        return -1;
      };
    },
  };
}
