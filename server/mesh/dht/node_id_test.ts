import { assert, assertEquals } from "@std/assert";
import { createNodeId, fitsAddress } from "./node_id.ts";

/** BEP 42's examples. */
const EXAMPLES = [
  ["124.31.75.21", "5fbfbff10c5d6a4ec8a88e4c6ab4c28b95eee401"],
  ["21.75.31.124", "5a3ce9c14e7a08645677bbd1cfe7d8f956d53256"],
  ["65.23.51.170", "a5d43220bc8f112a3d426c84764f8c2a1150e616"],
  ["84.124.73.14", "1b0321dd1bb1fe518101ceef99462b947a01ff41"],
  ["43.213.53.83", "e56f6cbf5b7c4be0237986d5243b87aa6d51305a"],
] as const;

for (const [address, id] of EXAMPLES) {
  Deno.test(`the id that BEP 42 gives for ${address} fits it, and no other`, () => {
    const others = EXAMPLES.map(([other]) => other)
      .filter((other) => fitsAddress(Uint8Array.fromHex(id), other));
    assertEquals(others, [address]);
  });
}

Deno.test("an id that is made for an address fits it, and is another one each time", () => {
  const ids = Array.from({ length: 64 }, () => createNodeId("124.31.75.21"));
  assert(ids.every((id) => fitsAddress(id, "124.31.75.21")));
  assertEquals(new Set(ids.map((id) => id.toString("hex"))).size, 64);
});

Deno.test("the first 21 bits of an id count, and the last three of its last byte", () => {
  const id = createNodeId("124.31.75.21");
  const fits = Array.from({ length: 160 }, (_, bit) => {
    const changed = new Uint8Array(id);
    changed[bit >> 3]! ^= 0x80 >> (bit & 7);
    return fitsAddress(changed, "124.31.75.21");
  });
  const counted = fits.flatMap((isFit, bit) => isFit ? [] : [bit]);
  assertEquals(counted, [...Array(21).keys(), 157, 158, 159]);
});
