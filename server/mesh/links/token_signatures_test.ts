import { assert, assertEquals } from "@std/assert";
import { encodeBase64url } from "@sigmesh/core";
import { SERVER_LIMITS } from "../../limits.ts";
import { isGenuine, NodeKey } from "../members/node_key.ts";
import { TokenSignatures } from "./token_signatures.ts";

const origin = "https://node.example";
const token = "T".repeat(31);

async function signedToken() {
  const key = await NodeKey.create();
  const signature = await key.signToken(origin, token);
  return { key: key.text, origin, token, signature };
}

Deno.test("a signature that was checked is known at once", async () => {
  const signatures = new TokenSignatures(isGenuine);
  const sent = await signedToken();
  assert(await signatures.check(sent));
  assertEquals(signatures.check(sent), true);
});

Deno.test("a signature is good for its key, origin and token only", async () => {
  const signatures = new TokenSignatures(isGenuine);
  const sent = await signedToken();
  const { key } = await signedToken();
  const others = [
    { ...sent, key },
    { ...sent, key: "A" },
    { ...sent, origin: "https://other.example" },
    { ...sent, token: "U".repeat(31) },
    { ...sent, signature: encodeBase64url(new Uint8Array(64)) },
  ];
  for (const other of others) {
    assertEquals(await signatures.check(other), false);
  }
});

Deno.test("one signature is checked once, however many messages wait for it", async () => {
  let checks = 0;
  const signatures = new TokenSignatures((key, signed) => {
    checks++;
    return isGenuine(key, signed);
  });
  const sent = await signedToken();
  const answers = [signatures.check(sent), signatures.check(sent)];
  assertEquals(await Promise.all(answers), [true, true]);
  assertEquals(checks, 1);
});

Deno.test("at the bound of checks that run, further ones are turned away", async () => {
  const signatures = new TokenSignatures(isGenuine);
  const sent = await signedToken();
  const running = Array.from(
    { length: SERVER_LIMITS.signaturesInCheck },
    (_, i) => signatures.check({ ...sent, token: `${i}` }),
  );
  assertEquals(signatures.check(sent), "busy");
  await Promise.all(running);
  assertEquals(await signatures.check(sent), true);
});
