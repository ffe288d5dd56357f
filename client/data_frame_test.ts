import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type DataFrame,
  decodeFrame,
  encodeFrame,
  MAX_FRAME_BYTES,
} from "./data_frame.ts";

const u32 = fc.nat(0xffff_ffff);
const reason = fc.string({ unit: "binary", maxLength: 100 });
const bytes = fc.uint8Array();
const head = fc.record({
  purpose: fc.constantFrom("message", "request", "answer"),
  form: fc.constantFrom("json", "binary", "blob", "stream"),
  requestId: u32,
});
const anyFrame = fc.oneof(
  fc.record({ kind: fc.constant("whole"), id: u32, head, bytes }),
  fc.record({
    kind: fc.constant("open"),
    id: u32,
    head,
    total: fc.maxSafeNat(),
    label: fc.string({ unit: "binary" }),
  }),
  fc.record({ kind: fc.constant("data"), id: u32, bytes }),
  fc.record({ kind: fc.constantFrom("end", "done"), id: u32 }),
  fc.record({ kind: fc.constantFrom("abort", "cancel"), id: u32, reason }),
  fc.record({ kind: fc.constant("credit"), id: u32, byteCount: u32 }),
) as fc.Arbitrary<DataFrame>;

const OPEN_STREAM: DataFrame = {
  kind: "open",
  id: 7,
  head: { purpose: "answer", form: "stream", requestId: 258 },
  total: undefined,
  label: "a\0b",
};

function reasonFor(bytes: Uint8Array): string {
  const decoded = decodeFrame(bytes);
  return decoded.ok ? "none" : decoded.reason;
}

Deno.test("a frame comes back as it was sent", () => {
  fc.assert(fc.property(anyFrame, (frame) => {
    assertEquals(decodeFrame(encodeFrame(frame)), { ok: true, value: frame });
  }));
  const value = OPEN_STREAM;
  assertEquals(decodeFrame(encodeFrame(value)), { ok: true, value });
});

Deno.test("a frame's bytes are pinned", () => {
  assertEquals(
    encodeFrame(OPEN_STREAM),
    // deno-fmt-ignore
    Uint8Array.of(
      1, 0, 0, 0, 7, // open, transfer 7
      2, 3, 0, 0, 1, 2, // an answer, a stream, to request 258
      0xbf, 0xf0, 0, 0, 0, 0, 0, 0, // -1: of unknown length
      97, 0, 98,
    ),
  );
});

Deno.test("reading a frame never throws", () => {
  const noise = fc.oneof(
    fc.uint8Array(),
    fc.tuple(fc.nat(9), fc.uint8Array({ minLength: 4, maxLength: 40 }))
      .map(([kind, rest]) => Uint8Array.of(kind, ...rest)),
  );
  fc.assert(fc.property(noise, (bytes) => {
    const decoded = decodeFrame(bytes);
    assert(decoded.ok || decoded.reason.startsWith("Cannot decode frame: its"));
  }));
});

Deno.test("a frame of a wrong length is refused", () => {
  assertEquals(
    reasonFor(new Uint8Array(4)),
    "Cannot decode frame: its length is 4 bytes",
  );
  assertEquals(
    reasonFor(new Uint8Array(MAX_FRAME_BYTES + 1)),
    "Cannot decode frame: its length is 65537 bytes",
  );
});

Deno.test("a payload that is not its kind's is refused", () => {
  const credit = encodeFrame({ kind: "credit", id: 1, byteCount: 1 });
  assertEquals(
    reasonFor(credit.subarray(0, -1)),
    "Cannot decode frame: its credit is malformed",
  );
  assertEquals(
    reasonFor(Uint8Array.of(...encodeFrame({ kind: "end", id: 1 }), 0)),
    "Cannot decode frame: its end is malformed",
  );
});

Deno.test("only a stream may be of unknown length", () => {
  for (const total of [-1, -2, 0.5, NaN, Infinity, 2 ** 53]) {
    const bytes = encodeFrame({
      ...OPEN_STREAM,
      head: { purpose: "message", form: "blob", requestId: 0 },
      total,
    });
    assertEquals(
      reasonFor(bytes),
      "Cannot decode frame: its open is malformed",
    );
  }
  const stream = encodeFrame({ ...OPEN_STREAM, total: -2 });
  assertEquals(reasonFor(stream), "Cannot decode frame: its open is malformed");
});

Deno.test("a kind that is not known yet is no error", () => {
  assertEquals(decodeFrame(Uint8Array.of(99, 0, 0, 0, 1)), {
    ok: true,
    value: undefined,
  });
});

Deno.test("a reason is cut short, not refused", () => {
  const frame = { kind: "abort", id: 1, reason: "x".repeat(1000) } as const;
  assertEquals(decodeFrame(encodeFrame(frame)), {
    ok: true,
    value: { ...frame, reason: "x".repeat(256) },
  });
});
