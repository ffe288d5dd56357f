import { assertEquals } from "@std/assert";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import fc from "fast-check";
import { decodeMessage, encodeEvent, encodeMessage } from "./sse.ts";

function text(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function read(stream: string): EventSourceMessage[] {
  const events: EventSourceMessage[] = [];
  createParser({ onEvent: (event) => events.push(event) }).feed(stream);
  return events;
}

Deno.test("a message is a plain event with an id and a data line per line", () => {
  const bytes = encodeMessage("abc", new TextEncoder().encode(" one\n\ntwo "));
  assertEquals(text(bytes), "id: abc\ndata:  one\ndata: \ndata: two \n\n");
});

Deno.test("every post without CR and NUL arrives as it was sent, and is read again from its event", () => {
  const post = fc.string({ unit: "binary", maxLength: 300 })
    .map((s) => s.replace(/[\r\0]/g, "\n").toWellFormed());
  fc.assert(fc.property(post, (post) => {
    const event = encodeMessage("id", new TextEncoder().encode(post));
    assertEquals(read("data: before\n\n" + text(event)).slice(1), [
      { id: "id", event: undefined, data: post } as EventSourceMessage,
    ]);
    assertEquals(decodeMessage(event), post);
  }));
});

Deno.test("blanks, blank lines, emoji, a BOM and nothing at all arrive", () => {
  for (
    const post of [
      "",
      "\n",
      " ",
      "  a  ",
      "a\n",
      "\n\na",
      "☎😀",
      "\ufeffx",
      ": no comment",
      "data: x",
      "event: quote",
    ]
  ) {
    const event = encodeMessage("id", new TextEncoder().encode(post));
    assertEquals(read("\n" + text(event))[0]?.data, post, JSON.stringify(post));
  }
});

Deno.test("a named event carries JSON, and after how long to come back", () => {
  assertEquals(
    text(encodeEvent("quote", { token: "AW", height: 16.5 })),
    'event: quote\ndata: {"token":"AW","height":16.5}\n\n',
  );
  assertEquals(
    text(encodeEvent("closing", {}, { retryMs: 1500 })),
    "retry: 1500\nevent: closing\ndata: {}\n\n",
  );
});
