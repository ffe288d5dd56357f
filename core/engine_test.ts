/** The contract of every engine. A new engine is added to the list. */

import { assert, assertEquals } from "@std/assert";
import { createHash, randomBytes } from "node:crypto";
import type { Engine } from "./engine.ts";
import { createJavaScriptEngine } from "./engine_javascript.ts";
import { createKernelEngine } from "./engine_kernel.ts";
import { createHashWasmEngine } from "./engine_hash_wasm.ts";
import { targetOf } from "./height.ts";

const engines: Engine[] = [
  createJavaScriptEngine(),
  await createKernelEngine(4),
  await createKernelEngine(1),
  await createHashWasmEngine(),
];

/** The value that decides, by code that shares nothing with the engines. */
function valueOf(challenge: Uint8Array, index: number, nonce: number): bigint {
  const message = new DataView(new ArrayBuffer(52));
  new Uint8Array(message.buffer).set(challenge);
  "sigmesh1".split("").forEach((character, i) =>
    message.setUint8(32 + i, character.charCodeAt(0))
  );
  message.setUint32(40, index);
  message.setBigUint64(44, BigInt(nonce));
  return createHash("sha256").update(new Uint8Array(message.buffer)).digest()
    .readBigUInt64BE(0);
}

function halves(value: bigint) {
  return { high: Number(value >> 32n), low: Number(value & 0xffff_ffffn) };
}

for (const engine of engines) {
  Deno.test(`${engine.name} finds the first nonce below the target, and only it`, () => {
    for (let index = 0; index < 8; index++) {
      const challenge = new Uint8Array(randomBytes(32));
      const from = index * 2 ** 31 - 500; // over 2^32 on the way
      const count = 2000;
      const start = Math.max(0, from);
      const values = Array.from(
        { length: count },
        (_, i) => valueOf(challenge, index, start + i),
      );
      const least = values.reduce((a, b) => a < b ? a : b);
      const nonce = start + values.indexOf(least);
      const hits = engine.prepare({
        challenge,
        index,
        target: halves(least + 1n),
      });
      assertEquals(hits(start, count), nonce);
      assertEquals(hits(nonce, 1), nonce);
      const misses = engine.prepare({
        challenge,
        index,
        target: halves(least),
      });
      assertEquals(misses(start, count), -1);
    }
  });

  Deno.test(`${engine.name} knows targets that all solve and that none solves`, () => {
    const challenge = new Uint8Array(randomBytes(32));
    const all = engine.prepare({ challenge, index: 0, target: targetOf(0) });
    assertEquals(all(2 ** 48 - 10, 10), 2 ** 48 - 10);
    const none = engine.prepare({ challenge, index: 0, target: targetOf(65) });
    assertEquals(none(0, 1000), -1);
    assertEquals(none(0, 0), -1);
  });

  Deno.test(`${engine.name} keeps two puzzles apart`, () => {
    const challenges = [new Uint8Array(32), new Uint8Array(32).fill(9)];
    const searches = challenges.map((challenge) =>
      engine.prepare({ challenge, index: 1, target: targetOf(8) })
    );
    challenges.forEach((challenge, i) => {
      const nonce = searches[i]!(0, 100_000);
      assert(valueOf(challenge, 1, nonce) < 1n << 56n);
    });
  });
}
