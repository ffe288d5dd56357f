import { assert, assertEquals, assertThrows } from "@std/assert";
import { FRAME_DATA_BYTES } from "./data_frame.ts";
import { openSource, type Sendable } from "./sendable.ts";

Deno.test("few bytes are there at once, more are read", () => {
  const text = "x".repeat(FRAME_DATA_BYTES - 2); // and its quotes
  const few = openSource(text);
  assertEquals(few.head, { form: "json", total: FRAME_DATA_BYTES });
  assertEquals(new TextDecoder().decode(few.bytes), `"${text}"`);
  assert(few.reader === undefined);
  const more = openSource(`${text}x`);
  assertEquals(more.head.total, FRAME_DATA_BYTES + 1);
  assertEquals(more.bytes.length, 0);
  assert(more.reader !== undefined);
});

Deno.test("a view is its own bytes, not those around it", () => {
  const words = new Uint16Array([1, 2, 3]).subarray(1, 2);
  assertEquals(
    openSource(words).bytes,
    new Uint8Array(words.slice().buffer),
  );
  assertEquals(openSource(new DataView(new ArrayBuffer(4), 1)).head, {
    form: "binary",
    total: 3,
  });
});

Deno.test("a Blob's type and a File's name are told", () => {
  assertEquals(openSource(new Blob(["x"])).head, {
    form: "blob",
    total: 1,
    type: undefined,
    name: undefined,
  });
  const file = new File(["xy"], "", { type: "text/plain" });
  assertEquals(openSource(file).head, {
    form: "blob",
    total: 2,
    type: "text/plain",
    name: "",
  });
});

Deno.test("what JSON does not know cannot be sent", () => {
  for (const nothing of [undefined, () => {}, Symbol()]) {
    assertThrows(
      () => openSource(nothing as unknown as Sendable),
      TypeError,
      `Cannot send a ${typeof nothing}: it is not JSON`,
    );
  }
});
