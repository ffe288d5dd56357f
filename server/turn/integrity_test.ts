/** Vectors of RFC 5769. */

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { ATTRIBUTE, decodeXorAddress } from "./attributes.ts";
import {
  crc32,
  hasGoodFingerprint,
  integrityKey,
  isSignedWith,
} from "./integrity.ts";
import { textOfIp } from "./ip.ts";
import { decodeMessage, KIND, type Message } from "./message.ts";

const PASSWORD = Buffer.from("VOkJxbRl1RmTxUk/WvJxBt");
const HEAD = "2112a442 b7e7a701bc34d686fa87dfae";
const SOFTWARE = "8022000b 7465737420766563746f7220";

const REQUEST = `00010058 ${HEAD} 80220010 5354554e207465737420636c69656e74
  00240004 6e0001ff 80290008 932ff9b151263b36 00060009 6576746a3a68367659202020
  00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004 e57a3bcf`;
const V4_RESPONSE = `0101003c ${HEAD} ${SOFTWARE} 00200008 0001a147e112a643
  00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96`;
const V6_RESPONSE = `01010048 ${HEAD} ${SOFTWARE}
  00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
  00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 80280004 c8fb0b4c`;
const LONG_TERM = `00010060 2112a442 78ad3433c6ad72c029da412e
  00060012 e3839ee38388e383aae38383e382afe382b90000
  0015001c 662f2f3439396b39353464364f4c33346f4c39465354767936347341
  0014000b 6578616d706c652e6f726700
  00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666`;

function messageOf(hex: string): Message {
  return decodeMessage(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"))!;
}

Deno.test("RFC 5769, 2.1: a request is signed and whole", () => {
  const request = messageOf(REQUEST);
  assertEquals([request.method, request.kind], [1, KIND.request]);
  assert(isSignedWith(PASSWORD, request));
  assert(hasGoodFingerprint(request));
  const username = Buffer.from(request.valueOf(ATTRIBUTE.username)!).toString();
  assertEquals(username, "evtj:h6vY");
});

Deno.test("RFC 5769, 2.2 and 2.3: responses carry addresses of both families", () => {
  for (
    const [hex, address] of [
      [V4_RESPONSE, "192.0.2.1"],
      [V6_RESPONSE, "2001:db8:1234:5678:11:2233:4455:6677"],
    ] as const
  ) {
    const response = messageOf(hex);
    assertEquals(response.kind, KIND.success);
    assert(isSignedWith(PASSWORD, response));
    assert(hasGoodFingerprint(response));
    const mapped = decodeXorAddress(
      response.valueOf(ATTRIBUTE.xorMappedAddress)!,
      response.transactionId,
    )!;
    assertEquals([textOfIp(mapped.address), mapped.port], [address, 32_853]);
  }
});

Deno.test("RFC 5769, 2.4: a request is signed with a long-term credential", () => {
  const request = messageOf(LONG_TERM);
  const username = Buffer.from(request.valueOf(ATTRIBUTE.username)!).toString();
  const credential = { username, realm: "example.org", password: "TheMatrIX" };
  assert(isSignedWith(integrityKey(credential), request));
});

Deno.test("a changed byte breaks signature and fingerprint", () => {
  const bytes = Buffer.from(REQUEST.replaceAll(/\s/g, ""), "hex");
  bytes[30]! ^= 1;
  const changed = decodeMessage(bytes)!;
  assert(!isSignedWith(PASSWORD, changed));
  assert(!hasGoodFingerprint(changed));
});

Deno.test("the checksum is that of zip", () => {
  assertEquals(crc32(Buffer.from("123456789")), 0xcbf43926);
  assertEquals(crc32(new Uint8Array()), 0);
});
