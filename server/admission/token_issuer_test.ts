import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { formatToken, parseToken, type Token } from "@sigmesh/core";
import vectors from "../../docs/vectors.json" with { type: "json" };
import { FakeClock } from "../testing/fake_clock.ts";
import { TokenIssuer } from "./token_issuer.ts";

function read(text: string): Token {
  const parsed = parseToken(text);
  assert(parsed.ok);
  return parsed.value;
}

Deno.test("a token carries the second and the price, and is the vector's", async () => {
  const { secret, issuedAt, height, token } = vectors.token;
  const clock = new FakeClock(issuedAt * 1000 + 999);
  const issuer = await TokenIssuer.create(clock, Uint8Array.fromHex(secret));
  assertEquals(issuer.issue(height), token);
});

Deno.test("one token serves a second at a price", async () => {
  const clock = new FakeClock(1_760_000_000_000);
  const issuer = await TokenIssuer.create(clock);
  const token = issuer.issue(16);
  clock.advance(999);
  assertEquals(issuer.issue(16), token);
  assertNotEquals(issuer.issue(16.25), token);
  clock.advance(1);
  assertNotEquals(issuer.issue(16), token);
});

Deno.test("a token is honoured for 120 seconds", async () => {
  const clock = new FakeClock(1_760_000_000_000);
  const issuer = await TokenIssuer.create(clock);
  const token = read(issuer.issue(16));
  for (
    const [age, expected] of [[0, undefined], [119, undefined], [
      120,
      undefined,
    ], [121, "token-expired"]] as const
  ) {
    clock.advance((age - issuer.ageOf(token)) * 1000);
    assertEquals(issuer.check(token), expected, `at ${age} s`);
  }
});

Deno.test("a token may be 5 seconds ahead of the clock", async () => {
  const clock = new FakeClock(1_760_000_000_000);
  const issuer = await TokenIssuer.create(clock);
  clock.advance(20_000);
  const token = read(issuer.issue(16));
  for (
    const [ahead, expected] of [[4, undefined], [5, undefined], [
      6,
      "token-from-future",
    ]] as const
  ) {
    clock.advance(-(ahead + issuer.ageOf(token)) * 1000);
    assertEquals(issuer.check(token), expected, `${ahead} s ahead`);
  }
});

Deno.test("tokens from before the start are refused, whoever issued them", async () => {
  const clock = new FakeClock(1_760_000_000_000);
  const before = await TokenIssuer.create(clock);
  const early = read(before.issue(16));
  clock.advance(999);
  const sameSecond = await TokenIssuer.create(clock);
  assertEquals(sameSecond.check(early), "token-forged"); // another secret
  clock.advance(1);
  const after = await TokenIssuer.create(clock);
  assertEquals(after.check(early), "token-before-start");
});

Deno.test("a changed byte of a token is a forgery", async () => {
  const clock = new FakeClock(1_760_000_000_000);
  const issuer = await TokenIssuer.create(clock);
  const token = read(issuer.issue(16));
  assertEquals(issuer.check(token), undefined);
  assertEquals(issuer.check({ ...token, height: 15 }), "token-forged");
  assertEquals(
    issuer.check({ ...token, issuedAt: token.issuedAt + 1 }),
    "token-forged",
  );
  for (let i = 0; i < 16; i++) {
    const mac = token.mac.slice();
    mac[i]! ^= 1;
    assertEquals(issuer.check({ ...token, mac }), "token-forged");
  }
});

Deno.test("two nodes do not take each other's tokens", async () => {
  const clock = new FakeClock();
  const [one, other] = [
    await TokenIssuer.create(clock),
    await TokenIssuer.create(clock),
  ];
  assertEquals(other.check(read(one.issue(16))), "token-forged");
  assertEquals(
    other.check(read(formatToken(read(one.issue(16)), new Uint8Array(16)))),
    "token-forged",
  );
});
