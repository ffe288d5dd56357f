import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ATTRIBUTE, decodeXorAddress, encodeXorAddress } from "./attributes.ts";
import { hasGoodFingerprint, isSignedWith } from "./integrity.ts";
import { decodeMessage, KIND, messageType } from "./message.ts";
import { MessageWriter } from "./message_writer.ts";

const ids = fc.uint8Array({ minLength: 12, maxLength: 12 });
const kinds = fc.constantFrom(...Object.values(KIND));
const attributes = fc.array(
  fc.record({
    type: fc.nat(0xffff).filter((type) =>
      type !== ATTRIBUTE.messageIntegrity && type !== ATTRIBUTE.fingerprint
    ),
    value: fc.uint8Array({ maxLength: 400 }),
  }),
  { maxLength: 8 },
);

Deno.test("what was written is read", () => {
  fc.assert(
    fc.property(
      fc.nat(0xfff),
      kinds,
      ids,
      attributes,
      (method, kind, transactionId, put) => {
        const writer = new MessageWriter({ method, kind, transactionId });
        for (const { type, value } of put) writer.add(type, value);
        const key = Uint8Array.of(1, 2, 3);
        const message = decodeMessage(writer.sign(key).addFingerprint().bytes)!;
        assertEquals([message.method, message.kind], [method, kind]);
        assertEquals([...message.transactionId], [...transactionId]);
        const read = message.attributes.slice(0, put.length);
        assertEquals(
          read.map(({ type, value }) => ({ type, value: [...value] })),
          put.map(({ type, value }) => ({ type, value: [...value] })),
        );
        assert(isSignedWith(key, message) && hasGoodFingerprint(message));
      },
    ),
  );
});

Deno.test("the bits of method and class are where RFC 8489 has them", () => {
  assertEquals(messageType(1, KIND.request), 0x0001);
  assertEquals(messageType(1, KIND.indication), 0x0011);
  assertEquals(messageType(1, KIND.success), 0x0101);
  assertEquals(messageType(3, KIND.error), 0x0113);
  assertEquals(messageType(0xfff, KIND.request), 0x3eef);
});

Deno.test("no bytes make decoding fail, and what is decoded is whole", () => {
  const start = [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 120 }),
      fc.boolean(),
      (bytes, isHeaded) => {
        if (isHeaded && bytes.length >= 20) {
          bytes.set(start);
          bytes[3] = bytes.length - 20;
        }
        const message = decodeMessage(bytes);
        if (message === undefined) return;
        for (const { value, at } of message.attributes) {
          assert(at + 4 + value.length <= bytes.length);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("other lengths, other cookies and attributes that overflow are no messages", () => {
  const { bytes } = new MessageWriter({
    ...{ method: 1, kind: KIND.request, transactionId: new Uint8Array(12) },
  }).addText(0x8022, "abcd");
  const changed = (at: number, byte: number) => {
    const copy = Uint8Array.from(bytes);
    copy[at] = byte;
    return copy;
  };
  assert(decodeMessage(bytes) !== undefined);
  assertEquals(decodeMessage(bytes.subarray(0, bytes.length - 1)), undefined);
  assertEquals(decodeMessage(bytes.subarray(0, 20)), undefined);
  assertEquals(decodeMessage(changed(3, 4)), undefined);
  assertEquals(decodeMessage(changed(4, 0)), undefined);
  assertEquals(decodeMessage(changed(0, 0x40)), undefined);
  assertEquals(decodeMessage(changed(23, 5)), undefined);
});

Deno.test("what follows MESSAGE-INTEGRITY is not there", () => {
  const writer = new MessageWriter({
    ...{ method: 1, kind: KIND.request, transactionId: new Uint8Array(12) },
  }).sign(Uint8Array.of(1)).addText(ATTRIBUTE.username, "x").addFingerprint();
  const message = decodeMessage(writer.bytes)!;
  assert(!message.has(ATTRIBUTE.username));
  assert(message.has(ATTRIBUTE.fingerprint));
});

Deno.test("addresses of both families survive, and other values are none", () => {
  const addresses = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  );
  fc.assert(
    fc.property(
      addresses,
      fc.nat(0xffff),
      ids,
      (address, port, transactionId) => {
        const value = encodeXorAddress({ address, port }, transactionId);
        const decoded = decodeXorAddress(value, transactionId)!;
        assertEquals([...decoded.address], [...address]);
        assertEquals(decoded.port, port);
        assertEquals(
          decodeXorAddress(value.subarray(1), transactionId),
          undefined,
        );
        value[1] = 3 - value[1]!;
        assertEquals(decodeXorAddress(value, transactionId), undefined);
      },
    ),
  );
});
