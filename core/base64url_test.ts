import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";

Deno.test("base64url agrees with Node's on all bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
    const text = encodeBase64url(bytes);
    assertEquals(text, Buffer.from(bytes).toString("base64url"));
    const decoded = decodeBase64url(text);
    assert(decoded.ok);
    assertEquals(decoded.value, bytes);
  }));
});

Deno.test("a text that decodes is the only text of its bytes", () => {
  const alphabet = "ABab01-_=+/ \n\u00e9\u{1f600}".split("");
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...alphabet)), (characters) => {
      const text = characters.join("");
      const decoded = decodeBase64url(text);
      if (decoded.ok) assertEquals(encodeBase64url(decoded.value), text);
    }),
  );
});

Deno.test("set spare bits are told apart from foreign characters", () => {
  assertEquals(decodeBase64url("AQ"), { ok: true, value: Uint8Array.of(1) });
  assertEquals(decodeBase64url("AR"), { ok: false, reason: "non-canonical" });
  assertEquals(decodeBase64url("A="), { ok: false, reason: "malformed" });
  assertEquals(decodeBase64url("A"), { ok: false, reason: "malformed" });
});
