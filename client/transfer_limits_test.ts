import { assert } from "@std/assert";
import type { DataHead } from "./data_frame.ts";
import { DEFAULT_TRANSFER_LIMITS, hasRoom } from "./transfer_limits.ts";

const LIMITS = { maxMemoryBytes: 100, maxBlobBytes: 1000 };
const STREAM: DataHead = { form: "stream" };

Deno.test("JSON and bytes share one bound, Blobs have another", () => {
  const open: DataHead[] = [
    { form: "json", total: 40 },
    { form: "binary", total: 50 },
    { form: "blob", total: 900 },
    STREAM,
  ];
  assert(hasRoom({ form: "json", total: 10 }, open, LIMITS));
  assert(!hasRoom({ form: "json", total: 11 }, open, LIMITS));
  assert(!hasRoom({ form: "binary", total: 11 }, open, LIMITS));
  assert(hasRoom({ form: "blob", total: 100 }, open, LIMITS));
  assert(!hasRoom({ form: "blob", total: 101 }, open, LIMITS));
});

Deno.test("64 transfers may be open, streams among them", () => {
  const open = Array.from({ length: 63 }, () => STREAM);
  assert(hasRoom(STREAM, open, DEFAULT_TRANSFER_LIMITS));
  assert(!hasRoom(STREAM, [...open, STREAM], DEFAULT_TRANSFER_LIMITS));
});
