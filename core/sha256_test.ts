import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { digestOf, INITIAL_STATE, ROUND_CONSTANTS } from "./sha256.ts";

Deno.test("the constants are those of FIPS 180-4", () => {
  const hex = (word: number) => (word >>> 0).toString(16).padStart(8, "0");
  assertEquals(hex(INITIAL_STATE[0]!), "6a09e667");
  assertEquals(hex(INITIAL_STATE[7]!), "5be0cd19");
  assertEquals(hex(ROUND_CONSTANTS[0]!), "428a2f98");
  assertEquals(hex(ROUND_CONSTANTS[63]!), "c67178f2");
});

Deno.test("digests are Node's, for messages of every length", () => {
  for (let length = 0; length < 200; length++) {
    const message = new Uint8Array(length).fill(length);
    const expected = createHash("sha256").update(message).digest("hex");
    assertEquals(digestOf(message).toHex(), expected, `${length} bytes`);
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (message) => {
    const expected = createHash("sha256").update(message).digest("hex");
    assertEquals(digestOf(message).toHex(), expected);
  }));
});
