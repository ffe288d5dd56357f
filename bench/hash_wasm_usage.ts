/**
 * hash-wasm called once a nonce in other ways than core's engine does: how many
 * times as fast the kernel is depends on which of them it is compared with. What
 * surrounds the call is kept cheap, or the kernel would look better than it is.
 */

import type { Engine, Search } from "@sigmesh/core";
import { createSHA256, type IHasher } from "hash-wasm";

/** Whether a message's hash solves. */
type Test = (hash: IHasher, message: Uint8Array) => boolean;

/** Hashes 80 bytes, two blocks of SHA-256, where a puzzle's 52 are one: formats with a salt do. */
export function createTwoBlockEngine(): Promise<Engine> {
  return createEngine("hash-wasm, 80 bytes", {
    messageBytes: 80,
    testOf: (limit) => (hash, message) => {
      const digest = hash.init().update(message).digest("binary");
      const word = digest[0]! << 24 | digest[1]! << 16 | digest[2]! << 8 |
        digest[3]!;
      return word >>> 0 < limit;
    },
  });
}

/** Takes the digest as `digest()` gives it unless told otherwise: as text. */
export function createHexEngine(): Promise<Engine> {
  return createEngine("hash-wasm, hexadecimal digest", {
    messageBytes: 52,
    testOf(limit) {
      const text = limit < 2 ** 32 ? limit.toString(16).padStart(8, "0") : "g";
      return (hash, message) => hash.init().update(message).digest() < text;
    },
  });
}

/** Solves by the digest's first word alone. The message ends with the nonce, below 2^32. */
async function createEngine(
  name: string,
  { messageBytes, testOf }: {
    messageBytes: number;
    testOf: (limit: number) => Test;
  },
): Promise<Engine> {
  const hash = await createSHA256();
  return {
    name,
    prepare({ challenge, target }): Search {
      const solves = testOf(target.high);
      const message = new Uint8Array(messageBytes);
      const view = new DataView(message.buffer);
      message.set(challenge);
      return (from, count) => {
        for (let nonce = from; nonce < from + count; nonce++) {
          view.setUint32(messageBytes - 4, nonce);
          if (solves(hash, message)) return nonce;
        }
        return -1;
      };
    },
  };
}
