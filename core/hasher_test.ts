import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { createHash, createHmac as createNodeHmac } from "node:crypto";
import { createHmac, createWasmHash, sha256 } from "./hasher.ts";

function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}

Deno.test("sha256 gives the digests of FIPS 180-4's examples", () => {
  assertEquals(
    hex(sha256("abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
  assertEquals(
    hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
  assertEquals(
    hex(sha256()),
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
});

Deno.test("sha256 of parts is the sha256 of their concatenation", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), fc.string(), (parts, text) => {
      const expected = createHash("sha256");
      for (const part of parts) expected.update(part);
      expected.update(text, "utf8");
      assertEquals(hex(sha256(...parts, text)), expected.digest("hex"));
    }),
  );
});

Deno.test("an Hmac gives the code of RFC 4231 case 2, time after time", async () => {
  const hmac = await createHmac(new TextEncoder().encode("Jefe"));
  const data = new TextEncoder().encode("what do ya want for nothing?");
  const expected =
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  assertEquals(hex(hmac(data)), expected);
  assertEquals(hex(hmac(data)), expected);
});

Deno.test("two keys keep apart, also next to sha256", async () => {
  const keys = [new Uint8Array(32).fill(1), new Uint8Array(100).fill(2)];
  const hmacs = await Promise.all(keys.map(createHmac));
  const data = Uint8Array.of(1, 2, 3);
  keys.forEach((key, i) => {
    sha256("in between");
    assertEquals(
      hex(hmacs[i]!(data)),
      createNodeHmac("sha256", key).update(data).digest("hex"),
    );
  });
});

Deno.test("a wasm hash reads its buffer anew at each call", async () => {
  const hash = await createWasmHash();
  const buffer = new Uint8Array(52);
  for (buffer[51] = 0; buffer[51]! < 3; buffer[51]!++) {
    assertEquals(hex(hash(buffer)), hex(sha256(buffer)));
  }
});
