import { assert, assertEquals } from "@std/assert";
import { TokenSigner, verifyToken } from "./node_key.ts";

const origin = "https://node.example";
const token = "T".repeat(31);

Deno.test("a token is signed once, and the signature is good for key, origin and token", async () => {
  const signer = await TokenSigner.create(origin);
  const { key } = signer;
  const signature = await signer.sign(token);
  assertEquals(await signer.sign(token), signature);
  assert(await verifyToken({ key, origin, token, signature }));
  const other = "https://other.example";
  assert(!await verifyToken({ key, origin: other, token, signature }));
  assert(!await verifyToken({ key, origin, token: "U", signature }));
});

Deno.test("what is no key or no signature is not good, and does not throw", async () => {
  const signature = new Uint8Array(64);
  for (const key of ["", "?", "A".repeat(43)]) {
    assert(!await verifyToken({ key, origin, token, signature }));
  }
  const { key } = await TokenSigner.create(origin);
  const short = new Uint8Array(3);
  assert(!await verifyToken({ key, origin, token, signature: short }));
});
