/** Nodes that answer whatever they like: a client is not failed by them. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseQuote } from "@sigmesh/core/wire";
import { openChannel } from "./channel.ts";
import { NodeClient } from "./node_client.ts";
import {
  NodeProtocolError,
  NodeRefusalError,
  NodeUnreachableError,
} from "./errors.ts";

const ROOM = "ab".repeat(20);
const ORIGIN = "https://node.example";

/** Pieces of event streams, of which some make events. */
const piece = fc.oneof(
  fc.constantFrom(
    ...["data: hello\n\n", "id: 1\n", "id: \0\n", "\n", "\r", "data", ":"],
    ...["event: quote\n", "event: resync\ndata: {}\n\n", "data: {}\n\n"],
    ...["event: overloaded\n", 'data: {"token":1}\n\n', "retry: 1e9\n"],
    ...["retry: -1\n", "event: __proto__\ndata: x\n\n", "data: null\n\n"],
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
);
const streams = fc.array(piece, { maxLength: 30 }).map((parts) =>
  parts.join("")
);

/** A node whose every stream says this, cut into pieces, and then stays open. */
function nodeThatSays(text: string, pieceBytes: number): typeof fetch {
  const bytes = new TextEncoder().encode(text);
  const stream = (signal: AbortSignal) => {
    let at = 0;
    return new ReadableStream({
      start(controller) {
        signal.addEventListener("abort", () => controller.error(signal.reason));
      },
      pull(controller) {
        if (at >= bytes.length) return new Promise(() => {});
        controller.enqueue(bytes.slice(at, at += pieceBytes));
      },
    });
  };
  const headers = { "content-type": "text/event-stream" };
  return (_url, init) =>
    Promise.resolve(new Response(stream(init!.signal!), { headers }));
}

Deno.test("whatever a stream says, messages have an id and a quote is one", async () => {
  await fc.assert(
    fc.asyncProperty(
      streams,
      fc.integer({ min: 1, max: 40 }),
      async (text, size) => {
        const end = "\n\nid: last\ndata: last\n\n";
        const fetch = nodeThatSays(text + end, size);
        const channel = openChannel(ORIGIN, ROOM, { fetch });
        await new Promise<void>((resolve) =>
          channel.addEventListener("message", ({ id, data }) => {
            assertEquals([typeof id, typeof data], ["string", "string"]);
            if (id === "last") resolve();
          })
        );
        if (channel.quote !== undefined) assert(parseQuote(channel.quote));
        channel.close();
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("a node cannot have the next one asked for what it would refuse", async () => {
  const id = "x".repeat(10_000);
  const text = `id: ${id}\ndata: long\n\nid: last\ndata: last\n\n`;
  const fetch = nodeThatSays(text, 1000);
  const channel = openChannel(ORIGIN, ROOM, { fetch });
  const { data } = await new Promise<{ data: string }>((resolve) =>
    channel.addEventListener("message", resolve)
  );
  assertEquals(data, "last");
  channel.close();
});

Deno.test("whatever a node answers, a call ends with facts or a reason", async () => {
  const answers = fc.record({
    status: fc.constantFrom(200, 202, 400, 401, 404, 429, 500, 503),
    body: fc.oneof(fc.json(), fc.string(), fc.constant("[".repeat(100_000))),
  });
  await fc.assert(
    fc.asyncProperty(answers, async ({ status, body }) => {
      const fetch = () => Promise.resolve(new Response(body, { status }));
      const node = new NodeClient(ORIGIN, {
        fetch: fetch as typeof globalThis.fetch,
      });
      for (
        const call of [
          () => node.facts(),
          () => node.nodes(),
          () => node.room(ROOM),
        ]
      ) {
        try {
          await call();
        } catch (error) {
          const isReason = error instanceof NodeProtocolError ||
            error instanceof NodeRefusalError ||
            error instanceof NodeUnreachableError;
          assert(isReason, `${error}`);
        }
      }
    }),
  );
});
