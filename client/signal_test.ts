import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createPeerId, type PeerId, toPeerId } from "./peer_id.ts";
import { decodeSignals, encodeSignals, type Signal } from "./signal.ts";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const addressed = {
  to: fc.uint8Array({ minLength: 8, maxLength: 8 }).map(toPeerId),
  attempt: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
};
const signal: fc.Arbitrary<Signal> = fc.oneof(
  fc.record({ kind: fc.constant("announce" as const) }),
  fc.record({
    kind: fc.constant("offer" as const),
    ...addressed,
    isRelayed: fc.boolean(),
    description: bytes(300),
  }),
  fc.record({
    kind: fc.constant("answer" as const),
    ...addressed,
    description: bytes(300),
  }),
  fc.record({
    kind: fc.constant("candidates" as const),
    ...addressed,
    candidates: bytes(300),
  }),
);

Deno.test("signals come back as they were", () => {
  fc.assert(fc.property(fc.array(signal, { maxLength: 5 }), (signals) => {
    assertEquals(decodeSignals(encodeSignals(signals)), signals);
  }));
});

Deno.test("signals that are cut short are refused", () => {
  fc.assert(fc.property(signal, fc.nat(), (signal, at) => {
    const bytes = encodeSignals([signal]);
    const cut = bytes.subarray(0, 1 + at % (bytes.length - 1));
    assertEquals(decodeSignals(cut), undefined);
  }));
});

Deno.test("a body too short for its kind is refused", () => {
  const { length } = encodeSignals([
    {
      kind: "answer",
      to: createPeerId(),
      attempt: 1,
      description: Uint8Array.of(),
    },
  ]);
  const body = new Uint8Array(length - 3 - 1);
  assertEquals(
    decodeSignals(Uint8Array.of(1, 0, body.length, ...body)),
    undefined,
  );
});

Deno.test("no bytes make the decoder throw", () => {
  const record = fc.tuple(fc.nat(5), fc.nat(40), bytes(40))
    .map(([kind, length, body]) => [kind, 0, length, ...body]);
  const records = fc.array(record).map((all) => Uint8Array.from(all.flat()));
  fc.assert(fc.property(fc.oneof(bytes(1000), records), (bytes) => {
    const signals = decodeSignals(bytes);
    if (signals !== undefined) {
      assertEquals(decodeSignals(encodeSignals(signals)), signals);
    }
  }));
});

Deno.test("kinds of newer clients are skipped", () => {
  const announce = encodeSignals([{ kind: "announce" }]);
  const unknown = Uint8Array.of(77, 0, 2, 1, 2, ...announce, 5, 0, 0);
  assertEquals(decodeSignals(unknown), [{ kind: "announce" }]);
});

Deno.test("a text that is no peer's id is a bug of the caller", () => {
  for (const to of ["not base64", "AAAAAAAAAAB"] as PeerId[]) {
    const candidates = {
      kind: "candidates",
      to,
      attempt: 0,
      candidates: Uint8Array.of(),
    } as const;
    assertThrows(
      () => encodeSignals([candidates]),
      TypeError,
      "no id of a peer",
    );
  }
});
