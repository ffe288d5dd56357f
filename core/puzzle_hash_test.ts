import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { PuzzleMessage } from "./puzzle.ts";
import { PuzzleHash } from "./puzzle_hash.ts";

function expected(challenge: Uint8Array, index: number, nonce: number) {
  const message = new PuzzleMessage(challenge);
  message.setIndex(index);
  message.setNonce(nonce);
  const digest = createHash("sha256").update(message.bytes).digest();
  return [digest.readUInt32BE(0), digest.readUInt32BE(4)];
}

const challenges = fc.uint8Array({ minLength: 32, maxLength: 32 });
const attempts = fc.array(
  fc.tuple(fc.nat({ max: 7 }), fc.maxSafeNat().map((n) => n % 2 ** 48)),
);

Deno.test("it agrees with Node's SHA-256, in whatever order it is asked", () => {
  const reused = new PuzzleHash(new Uint8Array(32));
  fc.assert(fc.property(challenges, attempts, (challenge, attempts) => {
    reused.setChallenge(challenge);
    for (const [index, nonce] of attempts) {
      reused.compute(index, nonce);
      assertEquals(
        [reused.high, reused.low],
        expected(challenge, index, nonce),
      );
    }
  }));
});

Deno.test("neighbouring nonces and both sides of 2^32 agree", () => {
  const challenge = new Uint8Array(32).fill(7);
  const hash = new PuzzleHash(challenge);
  for (const start of [0, 2 ** 32 - 3, 2 ** 48 - 6]) {
    for (let nonce = start; nonce < start + 6; nonce++) {
      hash.compute(2, nonce);
      assertEquals([hash.high, hash.low], expected(challenge, 2, nonce));
    }
  }
});

Deno.test("a challenge of another length is the caller's mistake", () => {
  assertThrows(() => new PuzzleHash(new Uint8Array(31)), RangeError);
});
