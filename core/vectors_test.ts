import { assert, assertEquals } from "@std/assert";
import { challengeOf, messageIdOf } from "./challenge.ts";
import { createHmac } from "./hasher.ts";
import { targetOf } from "./height.ts";
import { formatStamp, parseStamp } from "./stamp.ts";
import { encodeMacInput, formatToken } from "./token.ts";
import { verify } from "./verify.ts";
import vectors from "../docs/vectors.json" with { type: "json" };

function targetHex(height: number): string {
  const { high, low } = targetOf(height);
  return [high, low].map((half) => half.toString(16).padStart(8, "0")).join("");
}

Deno.test("the token of docs/vectors.json is issued byte for byte", async () => {
  const { secret, token, ...claim } = vectors.token;
  const hmac = await createHmac(Uint8Array.fromHex(secret));
  assertEquals(formatToken(claim, hmac(encodeMacInput(claim))), token);
});

Deno.test("the stamps of docs/vectors.json have their challenge, text and id", () => {
  const salt = Uint8Array.fromHex(vectors.salt);
  const { token } = vectors.token;
  for (const { method, url, body, height, ...expected } of vectors.stamps) {
    const challenge = challengeOf({ token, method, url, salt, body });
    const nonces = Uint8Array.fromHex(expected.nonces);
    assertEquals(challenge.toHex(), expected.challenge);
    assertEquals(messageIdOf(challenge), expected.id);
    assertEquals(formatStamp({ token, salt, nonces }), expected.stamp);
    assertEquals(verify(challenge, nonces, height), { ok: true });
    const parsed = parseStamp(expected.stamp);
    assert(parsed.ok);
    assertEquals(parsed.value.nonces, nonces);
  }
});

Deno.test("the targets of docs/vectors.json are ours", () => {
  vectors.targets.fractions.forEach((target, i) =>
    assertEquals(targetHex((i + 1) / 256), target)
  );
  for (const { height, target } of vectors.targets.samples) {
    assertEquals(targetHex(height), target, `height ${height}`);
  }
});
