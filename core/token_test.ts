import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encodeBase64url } from "./base64url.ts";
import { encodeMacInput, formatToken, parseToken } from "./token.ts";

const mac = new Uint8Array(32).map((_, i) => i);

Deno.test("a token comes back as it was issued", () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 0xffff_ffff }),
    fc.integer({ min: 0, max: 0xffff }),
    (issuedAt, steps) => {
      const text = formatToken({ issuedAt, height: steps / 256 }, mac);
      assertEquals(parseToken(text), {
        ok: true,
        value: { issuedAt, height: steps / 256, mac: mac.subarray(0, 16) },
      });
    },
  ));
});

Deno.test("what is authenticated is the label and the claim", () => {
  assertEquals(
    encodeMacInput({ issuedAt: 0x01020304, height: 17.25 }),
    Uint8Array.of(
      ...new TextEncoder().encode("sigmesh/1 token"),
      ...[1, 1, 2, 3, 4, 17, 64],
    ),
  );
});

Deno.test("reading a token never throws", () => {
  const noise = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ minLength: 31, maxLength: 31 }),
    fc.uint8Array({ minLength: 23, maxLength: 23 }).map(encodeBase64url),
  );
  fc.assert(fc.property(noise, (text) => {
    const parsed = parseToken(text);
    assert(parsed.ok || parsed.detail.startsWith("Cannot decode token"));
  }));
});

Deno.test("a token of another version, length or spelling is refused", () => {
  const text = formatToken({ issuedAt: 1, height: 16 }, mac);
  const other = "Ag" + text.slice(2);
  assertEquals(parseToken(other), {
    ok: false,
    reason: "malformed",
    detail: "Cannot decode token: its version is 2, this is 1",
  });
  assertEquals(parseToken(text.slice(1)), {
    ok: false,
    reason: "malformed",
    detail: "Cannot decode token: expected 31 characters, got 30",
  });
  const respelled = text.slice(0, -1) +
    String.fromCharCode(text.charCodeAt(30) + 1);
  const parsed = parseToken(respelled);
  assertEquals(parsed.ok ? "ok" : parsed.reason, "non-canonical");
});

Deno.test("claims that do not fit are the caller's mistake", () => {
  for (
    const claim of [
      { issuedAt: 1.5, height: 16 },
      { issuedAt: 2 ** 32, height: 16 },
      { issuedAt: -1, height: 16 },
      { issuedAt: 1, height: 16.001 },
      { issuedAt: 1, height: 256 },
      { issuedAt: 1, height: -1 },
      { issuedAt: 1, height: NaN },
    ]
  ) {
    assertThrows(() => formatToken(claim, mac), RangeError, "Token");
  }
});
