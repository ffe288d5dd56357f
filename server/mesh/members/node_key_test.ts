import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeBase64url, encodeBase64url } from "@sigmesh/core";
import fc from "fast-check";
import {
  encodeSignedToken,
  isGenuine,
  NodeKey,
  parseNodeKey,
} from "./node_key.ts";

const ORIGIN = "https://node.example";
const TOKEN = "AWjneAAQAJZQBnfoxNAMaZWxLLvUxoE";

/** RFC 8032, section 7.1, TEST 1. */
const SECRET = Uint8Array.fromHex(
  "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
);
const PUBLIC =
  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

async function signed(key: NodeKey, origin = ORIGIN, token = TOKEN) {
  return { origin, token, signature: await key.signToken(origin, token) };
}

Deno.test("a secret has the public key that RFC 8032 says", async () => {
  const { text } = await NodeKey.create(SECRET);
  const decoded = decodeBase64url(text);
  assert(decoded.ok);
  assertEquals(decoded.value.toHex(), PUBLIC);
  assertEquals(parseNodeKey(text), text);
});

Deno.test("what is signed begins with what it is for", () => {
  assertEquals(
    new TextDecoder().decode(
      encodeSignedToken({ origin: ORIGIN, token: TOKEN }),
    ),
    `sigmesh/1 node token\n${ORIGIN}\n${TOKEN}`,
  );
});

Deno.test("a signature is good for its key, origin and token, and for no other", async () => {
  const [key, other] = [await NodeKey.create(), await NodeKey.create()];
  const good = await signed(key);
  assert(await isGenuine(key.text, good));
  const { signature } = good;
  const flipped = (signature[0] === "A" ? "B" : "A") + signature.slice(1);
  for (
    const [by, bad] of [
      [other.text, good],
      [key.text, { ...good, origin: "https://node.example:444" }],
      [key.text, { ...good, token: TOKEN.slice(1) }],
      [key.text, { ...good, signature: flipped }],
      [key.text, { ...good, signature: "" }],
      [key.text, await signed(key, `https://${"a".repeat(300)}.example`)],
      [key.text, { ...good, signature: `${signature}A` }],
      ["", good],
      [encodeBase64url(new Uint8Array(32).fill(255)), good],
    ] as const
  ) assertEquals(await isGenuine(by, bad), false);
});

Deno.test("a token is signed once", async () => {
  const key = await NodeKey.create();
  const first = key.signToken(ORIGIN, TOKEN);
  const other = key.signToken("https://other.example", TOKEN);
  assert(key.signToken(ORIGIN, TOKEN) === first);
  assert(other !== first);
  await Promise.all([first, other]);
});

Deno.test("a key is kept in its folder, for nobody else to read", async () => {
  const folder = await Deno.makeTempDir();
  const inner = `${folder}/new`;
  const { text } = await NodeKey.load(inner);
  const { mode } = await Deno.stat(`${inner}/node_key`);
  assertEquals(mode! & 0o777, 0o600);
  assertEquals((await NodeKey.load(inner)).text, text);
  await Deno.remove(folder, { recursive: true });
});

for (
  const broken of [
    "",
    "x",
    "A".repeat(42),
    `${"A".repeat(42)}B`,
    "A".repeat(2000),
  ]
) {
  Deno.test(`a key file with ${broken.length} characters, ${broken.slice(-1)} last, is an error and stays as it is`, async () => {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/node_key`, broken);
    const error = await assertRejects(() => NodeKey.load(folder), Error);
    assert(error.message.includes(`${folder}/node_key`), error.message);
    assertEquals(await Deno.readTextFile(`${folder}/node_key`), broken);
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("a data folder that cannot be made is an error that names it", async () => {
  const file = await Deno.makeTempFile();
  const error = await assertRejects(() => NodeKey.load(`${file}/x`), Error);
  assert(error.message.startsWith(`--data-dir ${file}/x cannot be made: `));
  await Deno.remove(file);
});

Deno.test("of any value a key is read in one form, or none is", () => {
  fc.assert(fc.property(fc.anything(), (value) => {
    assertEquals(parseNodeKey(value), undefined);
  }));
  const bytes = fc.uint8Array({ minLength: 30, maxLength: 34 });
  fc.assert(fc.property(bytes, (key) => {
    const text = encodeBase64url(key);
    assertEquals(parseNodeKey(text), key.length === 32 ? text : undefined);
  }));
});
