import { assert, assertEquals } from "@std/assert";
import { NodeKey, SignatureChecks } from "./node_key.ts";

const origin = "https://node.example";
const token = "T".repeat(31);
const checks = new SignatureChecks();

Deno.test("a token's signature is good for its key, origin and token", async () => {
  const key = await NodeKey.create();
  const signature = await key.signToken(origin, token);
  assertEquals(await key.signToken(origin, token), signature);
  const signed = { origin, token, signature };
  assert(await checks.isGenuine(key.text, signed));
  const other = "https://other.example";
  assert(!await checks.isGenuine(key.text, { ...signed, origin: other }));
  assert(!await checks.isGenuine(key.text, { ...signed, token: "U" }));
});

Deno.test("what is no key or no signature is not good, and does not throw", async () => {
  const signed = { origin, token, signature: "A".repeat(86) };
  for (const key of ["", "?", "A".repeat(43)]) {
    assert(!await checks.isGenuine(key, signed));
  }
  const { text } = await NodeKey.create();
  assert(!await checks.isGenuine(text, { ...signed, signature: "AAA" }));
});
