import { assertEquals, assertRejects } from "@std/assert";
import type { Engine } from "./engine.ts";
import { createHash } from "node:crypto";
import { chooseEngine, firstThatWorks, KNOWN } from "./engine_choice.ts";
import { createJavaScriptEngine } from "./engine_javascript.ts";
import { PuzzleMessage } from "./puzzle.ts";

Deno.test("Deno has SIMD, and nothing is skipped", async () => {
  const { engine, skipped } = await chooseEngine();
  assertEquals([engine.name, skipped], ["wasm-simd", []]);
});

Deno.test("what cannot be made or counts wrong is skipped, with the reason", async () => {
  const honest = createJavaScriptEngine();
  const wrong = (search: ReturnType<Engine["prepare"]>): Engine => ({
    name: "wrong",
    prepare: () => search,
  });
  const { engine, skipped } = await firstThatWorks([
    ["forbidden", () => Promise.reject(new Error("by policy"))],
    ["blind", () => wrong(() => -1)],
    ["eager", () => wrong((from) => from)],
    ["honest", () => honest],
    ["not asked", () => Promise.reject(new Error("must not be"))],
  ]);
  assertEquals(engine, honest);
  assertEquals(skipped, [
    "forbidden: by policy",
    "blind: it gave a wrong result",
    "eager: it gave a wrong result",
  ]);
});

Deno.test("when nothing works, all reasons are told", async () => {
  const fail = () => Promise.reject(new Error("by policy"));
  await assertRejects(
    () => firstThatWorks([["one", fail], ["two", fail]]),
    Error,
    "one: by policy; two: by policy",
  );
});

Deno.test("the known answer is that of node:crypto", () => {
  const message = new PuzzleMessage(KNOWN.challenge);
  message.setIndex(KNOWN.index);
  const hashes = Array.from({ length: KNOWN.nonces }, (_, nonce) => {
    message.setNonce(nonce);
    return createHash("sha256").update(message.bytes).digest()
      .readBigUInt64BE();
  });
  const least = hashes.reduce((a, b) => a < b ? a : b);
  assertEquals(hashes.indexOf(least), KNOWN.winner);
  assertEquals(least, BigInt(KNOWN.high) << 32n | BigInt(KNOWN.low));
});
