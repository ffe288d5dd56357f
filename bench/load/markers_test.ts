import { assertEquals } from "@std/assert";
import { encodeMessage } from "../../server/rooms/sse.ts";
import { markedPost, MarkerScanner } from "./markers.ts";

Deno.test("the numbers of posts are found in a stream however it is cut", () => {
  const numbers = [0, 7, 12_345_678, 99_999_999];
  const stream = numbers.map((number, i) => {
    const id = `${i}`.padStart(16, "A");
    const event = encodeMessage(
      id,
      new TextEncoder().encode(markedPost(number, 300)),
    );
    return `${event.length.toString(16)}\r\n${
      new TextDecoder().decode(event)
    }\r\n`;
  });
  const bytes = new TextEncoder().encode(
    `HTTP/1.1 200 OK\r\n\r\nevent: quote\ndata: {"height":16}\n\n${
      stream.join("")
    }`,
  );
  for (const size of [1, 2, 5, 8, 9, 10, 100, 10_000]) {
    const scanner = new MarkerScanner();
    const found: number[] = [];
    const buffer = new Uint8Array(size); // reused, as the loop does
    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size);
      buffer.set(piece);
      scanner.scan(
        buffer.subarray(0, piece.length),
        (number) => found.push(number),
      );
    }
    assertEquals(found, numbers, `pieces of ${size}`);
  }
});

Deno.test("a marked post is as long as was asked", () => {
  assertEquals(markedPost(42, 300).length, 300);
  assertEquals(markedPost(42, 12), "@00000042xxx");
});
