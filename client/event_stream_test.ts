import { assertEquals, assertThrows } from "@std/assert";
import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { EventStreamParser } from "./event_stream.ts";

/** All that is found in a stream that arrives in these pieces. */
function read(pieces: readonly string[]): unknown[] {
  const found: unknown[] = [];
  const parser = new EventStreamParser({
    onEvent: ({ event, id, data }) => found.push({ event, id, data }),
    onRetry: (retryMs) => found.push(retryMs),
  });
  for (const piece of pieces) parser.feed(piece);
  return found;
}

/** The same by an implementation that many use. */
function readOtherwise(pieces: readonly string[]): unknown[] {
  const found: unknown[] = [];
  const parser = createParser({
    onEvent: ({ event, id, data }) => found.push({ event, id, data }),
    onRetry: (retryMs) => found.push(retryMs),
  });
  for (const piece of pieces) parser.feed(piece);
  return found;
}

Deno.test("a message, a named event and a time to come back", () => {
  const text = "retry: 2000\nid: a\ndata: one\ndata: two\n\n" +
    ": comment\nevent: quote\ndata:{}\n\n";
  assertEquals(read([text]), [
    2000,
    { event: undefined, id: "a", data: "one\ntwo" },
    { event: "quote", id: undefined, data: "{}" },
  ]);
});

Deno.test("however a stream is cut and its lines end, it is read as others read it", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...["data: a", "data", "data:", "data:  b", "id: 1", "id", "id: \0"],
      ...["event: quote", "event", "retry: 10", "retry: x", "retry:", ":c"],
      ...["\n", "\r", "\r\n", "\n\n", "datax: 1", " data: a", "data:\u2028"],
    ),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const whole = pieces.map((text) => text.replace(/^\ufeff/, ""));
      const end = "x\n\n"; // what was last is complete, whatever it was
      assertEquals(read([...whole, end]), readOtherwise([...whole, end]));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("an event without end is not kept", () => {
  const long = "x".repeat(1024);
  const parser = new EventStreamParser({ onEvent() {}, onRetry() {} });
  assertThrows(() => {
    for (let i = 0; i < 17; i++) parser.feed(`data: ${long}\n`);
  }, RangeError);
  const line = new EventStreamParser({ onEvent() {}, onRetry() {} });
  assertThrows(() => {
    for (let i = 0; i < 17; i++) line.feed(long);
  }, RangeError);
});
