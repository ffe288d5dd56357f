import { assert, assertEquals, assertThrows } from "@std/assert";
import { openSource, type Sendable } from "./sendable.ts";

Deno.test("few bytes are there at once, more are read", () => {
  const few = openSource("123456", 8);
  assertEquals(few.head, { form: "json", total: 8 });
  assertEquals(new TextDecoder().decode(few.bytes), '"123456"');
  assert(few.reader === undefined);
  const more = openSource("1234567", 8);
  assertEquals([more.head.total, more.bytes.length], [9, 0]);
  assert(more.reader !== undefined);
});

Deno.test("a view is its own bytes, not those around it", () => {
  const words = new Uint16Array([1, 2, 3]).subarray(1, 2);
  assertEquals(
    openSource(words, 8).bytes,
    new Uint8Array(words.slice().buffer),
  );
  assertEquals(openSource(new DataView(new ArrayBuffer(4), 1), 8).head, {
    form: "binary",
    total: 3,
  });
});

Deno.test("a Blob's type and a File's name are told", () => {
  assertEquals(openSource(new Blob(["x"]), 8).head, {
    form: "blob",
    total: 1,
    type: undefined,
    name: undefined,
  });
  const file = new File(["xy"], "", { type: "text/plain" });
  assertEquals(openSource(file, 8).head, {
    form: "blob",
    total: 2,
    type: "text/plain",
    name: "",
  });
});

Deno.test("what JSON does not know cannot be sent", () => {
  for (const nothing of [undefined, () => {}, Symbol()]) {
    assertThrows(
      () => openSource(nothing as unknown as Sendable, 8),
      TypeError,
      `Cannot send a ${typeof nothing}: it is not JSON`,
    );
  }
});
