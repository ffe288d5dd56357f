import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type DataFrame,
  type DataHead,
  decodeFrame,
  encodeFrame,
  MAX_FRAME_BYTES,
  parseHead,
} from "./data_frame.ts";

const anyFrame: fc.Arbitrary<DataFrame> = fc.record({
  kind: fc.constantFrom(
    ...["open", "data", "abort", "credit", "over", "hello", "ack"] as const,
  ),
  id: fc.nat(0xffff_ffff),
  meta: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))),
  bytes: fc.uint8Array(),
});

const BLOB: DataHead = { form: "blob", total: 5, type: "a/b", name: "c" };

Deno.test("a frame comes back as it was sent", () => {
  fc.assert(fc.property(anyFrame, (frame) => {
    assertEquals(decodeFrame(encodeFrame(frame)), frame);
  }));
});

Deno.test("a frame's bytes are pinned", () => {
  const frame = { kind: "credit", id: 0x01020304, meta: 256 } as const;
  assertEquals(
    encodeFrame(frame),
    Uint8Array.of(3, 1, 2, 3, 4, 0, 3, ...new TextEncoder().encode("256")),
  );
  assertEquals(
    encodeFrame({ kind: "data", id: 7, bytes: Uint8Array.of(8, 9) }),
    Uint8Array.of(1, 0, 0, 0, 7, 0, 0, 8, 9),
  );
});

Deno.test("reading a frame never throws", () => {
  const noise = fc.oneof(
    fc.uint8Array(),
    fc.tuple(fc.nat(9), fc.nat(20), fc.uint8Array()).map(
      ([kind, length, rest]) =>
        Uint8Array.of(kind, 0, 0, 0, 1, 0, length, ...rest),
    ),
  );
  fc.assert(fc.property(noise, (bytes) => {
    const frame = decodeFrame(bytes);
    assert(frame === undefined || frame.bytes.length <= bytes.length - 7);
  }));
});

Deno.test("what is too short, too long, or no JSON is no frame", () => {
  const frame = encodeFrame({ kind: "abort", id: 1, meta: "why" });
  for (let length = 0; length < frame.length; length++) {
    assertEquals(decodeFrame(frame.subarray(0, length)), undefined);
  }
  const { length } = encodeFrame({ kind: "data", id: 1 });
  const longest = new Uint8Array(MAX_FRAME_BYTES - length);
  for (const [more, isFrame] of [[0, true], [1, false]] as const) {
    const bytes = new Uint8Array(longest.length + more);
    const decoded = decodeFrame(encodeFrame({ kind: "data", id: 1, bytes }));
    assertEquals(decoded !== undefined, isFrame);
  }
  frame[frame.length - 1] = 0xff;
  assertEquals(decodeFrame(frame), undefined);
});

Deno.test("a kind that is not known yet is no error", () => {
  const frame = encodeFrame({ kind: "data", id: 1 });
  frame[0] = 99;
  assertEquals(decodeFrame(frame)?.kind, undefined);
  assertEquals(decodeFrame(frame)?.id, 1);
});

Deno.test("a head is read with whatever a newer version adds", () => {
  const head = { ...BLOB, isNew: true };
  assertEquals(parseHead(head), head);
  assertEquals(parseHead({ form: "stream" }), { form: "stream" });
});

Deno.test("a head of unknown form, no length, or other types is refused", () => {
  const totals = [-1, 0.5, NaN, Infinity, 2 ** 53, "5", null, undefined];
  const heads: unknown[] = [
    ...[null, undefined, 1, "blob", [], {}],
    ...totals.map((total) => ({ ...BLOB, total })),
    { ...BLOB, form: "other" },
    { ...BLOB, form: 0 },
    { ...BLOB, name: 1 },
    { ...BLOB, type: {} },
    { form: "stream", total: 1 },
  ];
  for (const head of heads) assertEquals(parseHead(head), undefined);
});
