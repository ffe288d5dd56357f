import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import bencode from "bencode";
import fc from "fast-check";
import { decodeValue, encodeValue, isSound } from "./message.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");

Deno.test("values are read in their canonical form alone", () => {
  for (
    const good of ["5:hello", "0:", "i0e", "i-7e", "le", "de", "li1el1:aee"]
  ) {
    const read = decodeValue(latin1(good));
    assert(read !== undefined, good);
    assertEquals(encodeValue(read.value), new Uint8Array(latin1(good)));
  }
  const bad = ["", "5:hell", "05:hello", "i-0e", "i01e", "i1", "i1.5e", "l"];
  bad.push("d1:bi1e1:ai1ee", "i9007199254740993e", "1:a1:b", "d1:\xffi1ee");
  bad.push("d1:ai1e1:ai1ee", "l".repeat(999));
  for (const text of bad) assertEquals(decodeValue(latin1(text)), undefined);
});

Deno.test("what is read is written byte by byte as it was, whatever comes", () => {
  const pieces = ["i", "e", "l", "d", "1:", "0", "5", "-", "a", "2:xy"];
  const near = fc.array(fc.constantFrom(...pieces)).map((all) => all.join(""));
  fc.assert(fc.property(near, (text) => {
    const read = decodeValue(latin1(text));
    const same = new Uint8Array(latin1(text));
    if (read !== undefined) assertEquals(encodeValue(read.value), same);
  }));
});

const id = Buffer.alloc(20, 1);
const t = Buffer.from("aa");

Deno.test("messages of BEP 5 and 44 are sound", () => {
  const target = id;
  const token = Buffer.from("token");
  const sound = [
    { t, y: "q", q: "ping", a: { id } },
    { t, y: "q", q: "get", a: { id, target } },
    { t, y: "q", q: "announce_peer", a: { id, info_hash: id, port: 1, token } },
    { t, y: "r", r: { id } },
    { t, y: "r", r: { id, token, nodes: Buffer.alloc(26), values: [] } },
    { t, y: "e", e: [203, "no"] },
  ];
  for (const message of sound) assert(isSound(bencode.encode(message)));
});

Deno.test("what would make the library throw is not", () => {
  const unsound = [
    5,
    [],
    {},
    { t: 1, y: "r", r: { id } },
    { t, y: "r" },
    { t, y: "r", r: [] },
    { t, y: "r", r: { id: 5 } },
    { t, y: "r", r: { id: Buffer.alloc(21) } },
    { t, y: "r", r: { id, token: 1 } },
    { t, y: "q", q: 1, a: { id } },
    { t, y: "q", q: "ping" },
    { t, y: "q", q: "get", a: { id, target: 7 } },
    { t, y: "q", q: "get_peers", a: { id, info_hash: "short" } },
    { t, y: "q", q: "put", a: { id, token: [], k: 1 } },
    { t, y: "q", q: "put", a: { id, salt: {} } },
    { t, y: "x" },
    { t, y: { toString: t } },
  ];
  for (const message of unsound) {
    assert(!isSound(bencode.encode(message)), JSON.stringify(message));
  }
});

Deno.test("any bytes are sound or not, and nothing throws", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    isSound(bytes);
    decodeValue(bytes);
  }));
  isSound(latin1("l".repeat(2047)));
  isSound(latin1("d1:y".repeat(500)));
});
