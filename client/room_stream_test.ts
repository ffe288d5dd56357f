import { assertEquals, assertRejects } from "@std/assert";
import { parseRoomHash } from "@sigmesh/core/wire";
import { NodeUnreachableError } from "./errors.ts";
import { NodeClient } from "./node_client.ts";
import { RoomStream } from "./room_stream.ts";

const ROOM = parseRoomHash("34".repeat(20))!;
const headers = { "content-type": "text/event-stream" };

/** Reads a stream that the test writes; `heard` is what it told. */
function read(body: BodyInit, { signal, patienceMs }: {
  signal?: AbortSignal;
  patienceMs?: number;
} = {}) {
  const fetch = () => Promise.resolve(new Response(body, { headers }));
  const heard: unknown[] = [];
  const stream = new RoomStream(
    new NodeClient("https://node.example", { fetch }),
    {
      listener: {
        onMessage: (id, text) => heard.push([id, text]),
        onQuote: (quote) => heard.push(quote),
        onResync: () => heard.push("resync"),
        onRetry: (retryMs) => heard.push(retryMs),
      },
      signal: signal ?? new AbortController().signal,
      now: Date.now,
      patienceMs,
    },
  );
  return { stream, heard, ended: stream.read(ROOM, {}) };
}

Deno.test("what a node says is told, what it does not say so is not", async () => {
  const { heard, ended } = read(
    "retry: 7\nid: a\ndata: hello\n\ndata: without id\n\n" +
      "event: resync\ndata: {}\n\nevent: unknown\ndata: {}\n\n" +
      "event: quote\ndata: nonsense\n\n",
  );
  await ended;
  assertEquals(heard, [7, ["a", "hello"], "resync", undefined]);
});

Deno.test("a node that refuses a stream says why", async () => {
  const problem = {
    type: "urn:sigmesh:problem:too-many-subscribers",
    title: "Full",
    status: 503,
    detail: "Come back.",
  };
  const { stream, ended } = read(
    `event: overloaded\ndata: ${JSON.stringify(problem)}\n\n`,
  );
  await ended;
  assertEquals(stream.refusal?.code, "too-many-subscribers");
});

Deno.test("silence ends a stream, and so does its signal, though nothing comes", async () => {
  const silent = () => new ReadableStream({ start() {} });
  const late = read(silent(), { patienceMs: 1 });
  await assertRejects(() => late.ended, NodeUnreachableError, "fell silent");

  const controller = new AbortController();
  const reason = new Error("closed");
  const { ended } = read(silent(), { signal: controller.signal });
  controller.abort(reason);
  assertEquals(await assertRejects(() => ended), reason);
});

Deno.test("a stream that breaks, or says too much, counts as out of reach", async () => {
  const broken = new ReadableStream({
    pull: (controller) => controller.error(new TypeError("reset")),
  });
  await assertRejects(() => read(broken).ended, NodeUnreachableError, "reset");
  const endless = read(`data: ${"x".repeat(20_000)}`);
  await assertRejects(() => endless.ended, NodeUnreachableError, "longer");
});
