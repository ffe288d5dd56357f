import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  decodeText,
  encodeSigned,
  encodeText,
  formatMutableItem,
  formatMutableKey,
  MAX_VALUE_BYTES,
  type MutableItem,
  parseMutableItem,
  parseMutableKey,
  signMutableItem,
  targetOfItem,
  verifyMutableItem,
} from "./mutable_item.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const newPair = () =>
  crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]) as Promise<
    CryptoKeyPair
  >;

/** BEP 44, test vectors 1 and 2. */
const K = Uint8Array.fromHex(
  "77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548",
);
const VALUE = bytes("12:Hello World!");
const VECTORS = [{
  name: "without salt",
  item: {
    k: K,
    salt: new Uint8Array(),
    seq: 1,
    v: VALUE,
    sig: Uint8Array.fromHex(
      "305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cff" +
        "1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae21f01",
    ),
  },
  signed: "3:seqi1e1:v12:Hello World!",
  target: "4a533d47ec9c7d95b1ad75f576cffc641853b750",
}, {
  name: "with salt",
  item: {
    k: K,
    salt: bytes("foobar"),
    seq: 1,
    v: VALUE,
    sig: Uint8Array.fromHex(
      "6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17d" +
        "df9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08",
    ),
  },
  signed: "4:salt6:foobar3:seqi1e1:v12:Hello World!",
  target: "411eba73b6f087ca51a3795d9c8c938d365e32c1",
}];

for (const { name, item, signed, target } of VECTORS) {
  Deno.test(`the vector of BEP 44 ${name} has its signed bytes, signature and target`, async () => {
    assertEquals(new TextDecoder().decode(encodeSigned(item)), signed);
    assertEquals((await targetOfItem(item)).toHex(), target);
    assert(await verifyMutableItem(item));
  });
}

const seqs = fc.maxSafeNat();
const contents = fc.record({
  seq: seqs,
  v: fc.uint8Array({ minLength: 1, maxLength: MAX_VALUE_BYTES }),
  salt: fc.uint8Array({ maxLength: 64 }),
});

Deno.test("what was signed verifies, and with any byte changed does not", async () => {
  const pair = await newPair();
  await fc.assert(
    fc.asyncProperty(contents, fc.nat(), async (content, at) => {
      const item = await signMutableItem(pair, own(content));
      assert(await verifyMutableItem(item));
      for (const field of ["k", "sig", "v"] as const) {
        const changed = item[field].slice();
        changed[at % changed.length]! ^= 1;
        assert(!await verifyMutableItem({ ...item, [field]: changed }));
      }
      assert(!await verifyMutableItem({ ...item, seq: item.seq ? 0 : 1 }));
    }),
    { numRuns: 30 },
  );
});

Deno.test("items survive their JSON", async () => {
  const pair = await newPair();
  await fc.assert(
    fc.asyncProperty(
      contents,
      fc.option(seqs, { nil: undefined }),
      async (content, cas) => {
        const item = await signMutableItem(pair, own(content));
        const put = cas === undefined ? item : { ...item, cas };
        const json = JSON.parse(JSON.stringify(formatMutableItem(put)));
        assertEquals(parseMutableItem(json), { ok: true, value: put });
        const { k, salt } = item;
        const key = JSON.parse(JSON.stringify(formatMutableKey(item)));
        assertEquals(parseMutableKey(key), { ok: true, value: { k, salt } });
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("no JSON makes reading throw", () => {
  const fields = fc.record({
    k: fc.oneof(fc.constant("A".repeat(43)), fc.anything()),
    salt: fc.anything(),
    seq: fc.anything(),
    v: fc.anything(),
    sig: fc.anything(),
    cas: fc.anything(),
  }, { requiredKeys: [] });
  fc.assert(fc.property(fc.oneof(fields, fc.anything()), (json) => {
    for (const parse of [parseMutableItem, parseMutableKey]) {
      const read = parse(json);
      assert(read.ok || read.field.length > 0);
    }
  }));
});

Deno.test("what cannot be used is refused by the name of its field", async () => {
  const item = await signMutableItem(await newPair(), {
    seq: 7,
    v: encodeText("x"),
  });
  const json = formatMutableItem(item);
  const fieldOf = (changed: unknown) => {
    const read = parseMutableItem(changed);
    return read.ok ? undefined : read.field;
  };
  assertEquals(fieldOf(json), undefined);
  for (const none of [null, [], "x", 1]) {
    assertEquals(fieldOf(none), "the body");
  }
  const bad: [string, unknown][] = [
    ["k", "A".repeat(42)],
    ["k", undefined],
    ["salt", "A".repeat(88)],
    ["salt", 5],
    ["seq", -1],
    ["seq", -0],
    ["seq", 1.5],
    ["seq", 2 ** 53],
    ["seq", "1"],
    ["cas", null],
    ["v", ""],
    ["v", "A".repeat(1336)],
    ["v", "AB"], // another spelling of AA
    ["sig", "A".repeat(85)],
  ];
  for (const [field, value] of bad) {
    assertEquals(fieldOf({ ...json, [field]: value }), field);
  }
});

Deno.test("signing refuses what no node takes", async () => {
  const pair = await newPair();
  const v = encodeText("x");
  for (
    const bad of [
      { v: new Uint8Array(MAX_VALUE_BYTES + 1), seq: 0 },
      { v: new Uint8Array(), seq: 0 },
      { v, seq: 2 ** 53 },
      { v, seq: 0, salt: new Uint8Array(65) },
    ]
  ) {
    await assertRejects(() => signMutableItem(pair, bad), RangeError, "Cannot");
  }
});

Deno.test("texts survive bencoding, and no other value passes for one", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    assertEquals(decodeText(encodeText(text)), text);
  }));
  for (const other of ["i5e", "le", "5:abc", "05:hello", ":", "", "1:\xff"]) {
    const raw = Uint8Array.from(other, (char) => char.charCodeAt(0));
    assertEquals(decodeText(raw), undefined);
  }
});

/** As the library takes bytes: over a buffer of their own. */
function own(
  { seq, v, salt }: { seq: number; v: Uint8Array; salt: Uint8Array },
): Pick<MutableItem, "seq" | "v" | "salt"> {
  return { seq, v: v.slice(), salt: salt.slice() };
}

Deno.test("the example of docs/protocol.md is BEP 44's first vector, and is read", async () => {
  const document = await Deno.readTextFile(
    new URL("../docs/protocol.md", import.meta.url),
  );
  const [, example] = /first test vector[^]*?\n( {4}\{[^]*?\n {4}\})/
    .exec(document)!;
  const read = parseMutableItem(JSON.parse(example!));
  assertEquals(read, { ok: true, value: VECTORS[0]!.item });
});
