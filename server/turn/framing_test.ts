import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { channelData, newRequest } from "../testing/turn_client.ts";
import { Framing } from "./framing.ts";
import { METHOD } from "./message.ts";

const MOST = 4096;

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const ends = [...at.map((point) => point % (bytes.length + 1)), bytes.length]
    .toSorted((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

const messages = fc.array(
  fc.oneof(
    fc.constant(newRequest(METHOD.binding).bytes),
    fc.constant(newRequest(METHOD.allocate).addText(0x8022, "hello").bytes),
    fc.uint8Array({ maxLength: 300 }).map((data) =>
      channelData(0x4000, data, { isPadded: true })
    ),
  ),
  { minLength: 1, maxLength: 8 },
);

Deno.test("a stream gives the messages that were put in, however it is cut", () => {
  fc.assert(
    fc.property(
      messages,
      fc.array(fc.nat(), { maxLength: 30 }),
      (put, cuts) => {
        const framing = new Framing(MOST);
        const stream = Uint8Array.from(put.flatMap((bytes) => [...bytes]));
        const got: number[][] = [];
        for (const chunk of cut(stream, cuts)) {
          assert(framing.push(chunk, (message) => got.push([...message])));
        }
        assertEquals(got, put.map((message) => [...message]));
      },
    ),
  );
});

Deno.test("whatever comes, it is cut or refused, and nothing fails", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
      const framing = new Framing(MOST);
      for (const chunk of chunks) {
        const isStream = framing.push(chunk, (message) => {
          assert(message.length >= 4 && message.length <= MOST);
        });
        if (!isStream) return;
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("what begins like no message, or is too long, breaks the stream", () => {
  const never = () => {
    throw new Error("no message was whole");
  };
  for (
    const start of [
      [0x80, 0, 0, 0],
      [0xff, 0, 0, 0],
      [0, 1, 0, 3], // not whole words
      [0, 1, 0x10, 0],
      [0x40, 0, 0xff, 0xff],
    ]
  ) {
    assert(!new Framing(MOST).push(Uint8Array.from(start), never), `${start}`);
    const byBytes = new Framing(MOST);
    const isStream = start.map((byte) =>
      byBytes.push(Uint8Array.of(byte), never)
    );
    assertEquals(isStream, [true, true, true, false], `${start}`);
  }
});

Deno.test("the longest message passes, also a byte at a time", () => {
  const longest = channelData(0x4000, new Uint8Array(MOST - 4));
  const framing = new Framing(MOST);
  let whole = 0;
  for (const byte of longest) {
    assert(framing.push(Uint8Array.of(byte), ({ length }) => whole = length));
  }
  assertEquals(whole, MOST);
});
