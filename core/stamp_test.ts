import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatStamp, parseStamp } from "./stamp.ts";
import { formatToken } from "./token.ts";

const token = formatToken({ issuedAt: 7, height: 16 }, new Uint8Array(16));
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length });

Deno.test("a stamp comes back as it was formatted", () => {
  fc.assert(fc.property(bytes(6), bytes(48), (salt, nonces) => {
    const text = formatStamp({ token, salt, nonces });
    assertEquals(text.length, 104);
    const parsed = parseStamp(text);
    assert(parsed.ok);
    assertEquals(parsed.value.salt, salt);
    assertEquals(parsed.value.nonces, nonces);
    assertEquals(parsed.value.token, token);
    assertEquals(parsed.value.claim.issuedAt, 7);
  }));
});

Deno.test("reading a stamp never throws", () => {
  const text = formatStamp({
    token,
    salt: new Uint8Array(6),
    nonces: new Uint8Array(48),
  });
  fc.assert(fc.property(fc.string({ unit: "binary" }), (noise) => {
    assert(!parseStamp(noise).ok);
  }));
  fc.assert(fc.property(
    fc.nat({ max: 103 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    (at, character) => {
      parseStamp(text.slice(0, at) + character + text.slice(at + 1));
    },
  ));
});

Deno.test("a stamp that cannot be read says what is wrong with it", () => {
  const good = `${token}.${"A".repeat(72)}`;
  const cases: [string, string, string][] = [
    ["", "malformed", "Cannot decode stamp: expected 104 characters, got 0"],
    [
      good.replace(".", "A"),
      "malformed",
      'Cannot decode stamp: expected "." after 31 characters',
    ],
    [
      good.slice(0, -1) + "=",
      "malformed",
      "Cannot decode stamp: a character is not base64url",
    ],
    [
      "!" + good.slice(1),
      "malformed",
      "Cannot decode token: a character is not base64url",
    ],
    [
      `${token.slice(0, 30)}B.${"A".repeat(72)}`,
      "non-canonical",
      "Cannot decode token: the spare bits of its last character are set",
    ],
  ];
  for (const [text, reason, detail] of cases) {
    assertEquals(parseStamp(text), { ok: false, reason, detail } as never);
  }
});

Deno.test("parts of a wrong length are the caller's mistake", () => {
  const good = { token, salt: new Uint8Array(6), nonces: new Uint8Array(48) };
  for (
    const wrong of [
      { token: "short" },
      { salt: new Uint8Array(5) },
      { nonces: new Uint8Array(64) },
    ]
  ) {
    assertThrows(() => formatStamp({ ...good, ...wrong }), RangeError);
  }
});
