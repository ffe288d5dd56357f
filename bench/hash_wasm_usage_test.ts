import { assert, assertEquals } from "@std/assert";
import type { Engine } from "@sigmesh/core";
import { createHash } from "node:crypto";
import { createHexEngine, createTwoBlockEngine } from "./hash_wasm_usage.ts";

const challenge = new Uint8Array(32).fill(7);

function firstWord(messageBytes: number, nonce: number): number {
  const message = new Uint8Array(messageBytes);
  message.set(challenge);
  new DataView(message.buffer).setUint32(messageBytes - 4, nonce);
  return createHash("sha256").update(message).digest().readUInt32BE(0);
}

const cases: [number, () => Promise<Engine>][] = [
  [80, createTwoBlockEngine],
  [52, createHexEngine],
];

for (const [messageBytes, create] of cases) {
  Deno.test(`hash-wasm over ${messageBytes} bytes really searches`, async () => {
    const target = { high: 2 ** 24, low: 0 };
    const search = (await create()).prepare({ challenge, index: 0, target });
    const found = search(0, 10_000);
    assert(found >= 0, "8 bits are found in 10,000 nonces");
    for (let nonce = 0; nonce < found; nonce++) {
      assert(
        firstWord(messageBytes, nonce) >= target.high,
        `${nonce} is missed`,
      );
    }
    assert(firstWord(messageBytes, found) < target.high);
    assertEquals(search(0, found), -1);
  });
}
