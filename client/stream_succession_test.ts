import { assert, assertEquals } from "@std/assert";
import { formatToken } from "@sigmesh/core";
import { parseRoomHash } from "@sigmesh/core/wire";
import { withTestNode } from "../server/testing/test_node.ts";
import type { KnownNode } from "./known_node.ts";
import { NodeSelector } from "./node_selector.ts";
import { type Page, thisPage } from "./page.ts";
import { StreamSuccession } from "./stream_succession.ts";

const ROOM = parseRoomHash("56".repeat(20))!;

/** Time stands still, so that a busy machine does not make a node seem far away. */
const page: Page = { ...thisPage, now: () => 1_760_000_000_000 };

/** An event stream that a test writes. */
function writtenStream() {
  let write: (text: string) => void = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const utf8 = new TextEncoder();
      write = (text) => controller.enqueue(utf8.encode(text));
    },
  });
  const headers = { "content-type": "text/event-stream" };
  return { write, answer: () => new Response(body, { headers }) };
}

function quoteEvent(height: number): string {
  const claim = { issuedAt: 1_760_000_000, height };
  const token = formatToken(claim, new Uint8Array(16));
  return `event: quote\ndata: ${JSON.stringify({ token, height })}\n\n`;
}

/** Runs a succession over real nodes, of which `streams` answers for some. */
function run(
  nodes: readonly string[],
  streams: Record<string, () => Response>,
) {
  const closing = new AbortController();
  const log: string[] = [];
  let wake = () => {};
  const say = (entry: string) => {
    log.push(entry);
    wake();
  };
  const selector = new NodeSelector(nodes, {
    discover: false,
    page,
    client: {
      fetch: (url, init) => {
        const { origin, pathname } = new URL(`${url}`);
        const answer = pathname.startsWith("/room/") && streams[origin];
        return answer ? Promise.resolve(answer()) : fetch(url, init);
      },
    },
  });
  const succession = new StreamSuccession(ROOM, {
    selector,
    page,
    sinceSeconds: 0,
    closing: closing.signal,
    listener: {
      onMessage: (id) => say(id),
      onQuote: ({ client }: KnownNode) => say(client.origin),
      onResync: () => say("resync"),
      onLost: (cause) => say(cause instanceof Error ? cause.message : "lost"),
      onPaused: () => say("paused"),
      onHopeless: () => say("hopeless"),
    },
  });
  const ended = succession.run();
  return {
    log,
    /** Resolves when the log has such an entry. */
    async says(entry: string): Promise<void> {
      while (!log.includes(entry)) {
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
    async close(): Promise<void> {
      closing.abort(new Error("closed"));
      await ended;
    },
  };
}

const DEAR = { curve: { idleWork: 2 ** 18, fullWork: 2 ** 22 } };

Deno.test("a stream moves when its node's price rises far above another's", async () => {
  await withTestNode(async ({ origin: cheap }) => {
    await withTestNode(async ({ origin: dear }) => {
      const stream = writtenStream();
      const { log, says, close } = run([cheap, dear], {
        [cheap]: stream.answer,
      });
      stream.write(quoteEvent(16));
      await says(cheap);
      stream.write(quoteEvent(19));
      stream.write(`id: still-here\ndata: x\n\n`);
      await says("still-here");
      stream.write(quoteEvent(20));
      await says(dear);
      assert(log.includes(`${cheap} is dearer than ${dear}`), `${log}`);
      await close();
    }, DEAR);
  });
});

/** What a node says instead of opening a stream, with what it would take. */
function overloadedStream(code: string, height: number): Response {
  const problem = {
    type: `urn:sigmesh:problem:${code}`,
    title: "Pay",
    status: 401,
    detail: "Slots run short.",
    token: formatToken({ issuedAt: 1, height }, new Uint8Array(16)),
    height,
  };
  const text = `event: overloaded\ndata: ${JSON.stringify(problem)}\n\n`;
  const headers = { "content-type": "text/event-stream" };
  return new Response(text, { headers });
}

Deno.test("a node that gives no more for free is paid at once, unless that is dear", async () => {
  await withTestNode(async ({ origin: busy }) => {
    await withTestNode(async ({ origin: other }) => {
      const stream = writtenStream();
      stream.write(quoteEvent(8));
      const answers = [overloadedStream("too-busy", 8), stream.answer()];
      const cheap = run([busy, other], { [busy]: () => answers.shift()! });
      await cheap.says(busy);
      assertEquals(cheap.log.at(-1), busy);
      await cheap.close();
      const dear = run([busy, other], {
        [busy]: () => overloadedStream("too-busy", 21),
      });
      await dear.says(other);
      await dear.close();
    }, DEAR);
  });
});

Deno.test("a node whose slots run short is left where there is another", async () => {
  await withTestNode(async ({ origin: full }) => {
    await withTestNode(async ({ origin: other }) => {
      const { log, says, close } = run([full, other], {
        [full]: () => overloadedStream("stamp-missing", 8),
      });
      await says(other);
      assertEquals(log, [`${full} refused: Pay. Slots run short.`, other]);
      await close();
    }, DEAR);
  });
});

Deno.test("what two nodes both have comes once", async () => {
  await withTestNode(async ({ origin: first }) => {
    await withTestNode(async ({ origin: second }) => {
      const one = writtenStream();
      const two = writtenStream();
      const { log, says, close } = run([first, second], {
        [first]: one.answer,
        [second]: two.answer,
      });
      one.write(quoteEvent(16) + "id: a\ndata: x\n\nid: b\ndata: x\n\n");
      await says("b");
      two.write(quoteEvent(16) + "id: b\ndata: x\n\nid: c\ndata: x\n\n");
      one.write(quoteEvent(22));
      await says("c");
      assertEquals(log.filter((entry) => /^[abc]$/.test(entry)), [
        ...["a", "b", "c"],
      ]);
      await close();
    }, DEAR);
  });
});
