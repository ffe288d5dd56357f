import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { challengeOf, messageIdOf } from "./challenge.ts";

const input = {
  token: "AWjneAARQJZQBnfoxNAMaZWxLLvUxoE",
  method: "POST",
  url: "https://node.example/room/" + "ab".repeat(20),
  salt: Uint8Array.of(1, 2, 3, 4, 5, 6),
  body: "héllo",
};

Deno.test("a challenge is the hash of its parts, as written in the protocol", () => {
  const bodyHash = createHash("sha256").update(input.body, "utf8").digest();
  const expected = createHash("sha256")
    .update(`sigmesh/1\n${input.token}\n${input.method} ${input.url}\n`)
    .update(input.salt).update(bodyHash).digest("hex");
  assertEquals(challengeOf(input).toHex(), expected);
  const body = new TextEncoder().encode(input.body);
  assertEquals(challengeOf({ ...input, body }).toHex(), expected);
});

Deno.test("each part of a request changes its challenge and its id", () => {
  const base = challengeOf(input);
  const others = [
    { token: input.token.replace("AW", "AX") },
    { method: "PUT" },
    { url: input.url + "0" },
    { salt: Uint8Array.of(1, 2, 3, 4, 5, 7) },
    { body: "hello" },
  ];
  for (const other of others) {
    const challenge = challengeOf({ ...input, ...other });
    assertNotEquals(challenge, base);
    assertNotEquals(messageIdOf(challenge), messageIdOf(base));
  }
});

Deno.test("a salt of another length is the caller's mistake", () => {
  const salt = new Uint8Array(8);
  assertThrows(() => challengeOf({ ...input, salt }), RangeError, "6 bytes");
});
