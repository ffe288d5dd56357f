import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PuzzleMessage, readNonce, wordAt, writeNonce } from "./puzzle.ts";

Deno.test("the message is challenge, label, index and nonce in 52 bytes", () => {
  const message = new PuzzleMessage(new Uint8Array(32).fill(0xcc));
  message.setIndex(5);
  message.setNonce(0x1234_5678_9abc);
  assertEquals(
    message.bytes.toHex(),
    "cc".repeat(32) + "7369676d65736831" + "00000005" + "0000123456789abc",
  );
});

Deno.test("nonces below 2^48 come back from a stamp's bytes", () => {
  fc.assert(fc.property(
    fc.nat({ max: 7 }),
    fc.maxSafeNat().map((n) => n % 2 ** 48),
    (index, nonce) => {
      const nonces = new Uint8Array(48).fill(0xff);
      writeNonce(nonces, index, nonce);
      assertEquals(readNonce(nonces, index), nonce);
      nonces.fill(0xff, index * 6, index * 6 + 6);
      assertEquals(nonces, new Uint8Array(48).fill(0xff));
    },
  ));
});

Deno.test("words of a digest are unsigned", () => {
  const digest = Uint8Array.of(0xff, 0, 0, 1, 0x80, 0, 0, 2);
  assertEquals([wordAt(digest, 0), wordAt(digest, 4)], [
    0xff000001,
    0x80000002,
  ]);
});

Deno.test("a challenge of another length is the caller's mistake", () => {
  assertThrows(() => new PuzzleMessage(new Uint8Array(31)), RangeError);
});
