import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parsePayload } from "./payload.ts";

const PEER = "AbCdEfGhIjKlMnOpQrSt";

Deno.test("Trystero's fields pass, others do not", () => {
  const fields = {
    peerId: PEER,
    offerId: "1",
    offer: "2",
    answer: "3",
    candidate: "4",
  };
  assertEquals(
    parsePayload(
      JSON.stringify({
        ...fields,
        passive: true,
        peer: {},
        hasOutgoingOffer: true,
      }),
    ),
    { ...fields, passive: true },
  );
});

Deno.test("fields of other kinds are left out", () => {
  assertEquals(
    parsePayload(
      JSON.stringify({
        peerId: PEER,
        offer: {},
        answer: 1,
        candidate: null,
        passive: 1,
      }),
    ),
    { peerId: PEER },
  );
});

Deno.test("what names no peer is no message", () => {
  const texts = [
    "",
    "hello",
    "null",
    "[]",
    "{}",
    '{"peerId":1}',
    '{"peerId":""}',
    '{"peerId":"a b"}',
    `{"peerId":"${"x".repeat(65)}"}`,
  ];
  for (const text of texts) assertEquals(parsePayload(text), undefined, text);
  fc.assert(fc.property(fc.string(), (text) => {
    parsePayload(text); // does not throw
  }));
});

Deno.test("no peer is named as every object's own parts are", () => {
  for (const name of ["__proto__", "constructor", "propertyIsEnumerable"]) {
    assertEquals(parsePayload(`{"peerId":"${name}"}`), undefined, name);
  }
});
