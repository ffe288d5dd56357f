import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  DataLink,
  type DataLinkLimits,
  type DataLinkListener,
} from "./data_link.ts";
import type { Receiving } from "./incoming_transfers.ts";
import type { JsonValue, Received } from "./sendable.ts";
import { connectPair } from "./testing/werift_pair.ts";
import { TransferError } from "./transfer_error.ts";

const MEGABYTE = 1_000_000;

/** What the far side does when it is told something. */
interface FarSide extends Partial<DataLinkListener> {
  readonly limits?: DataLinkLimits;
}

/** A link, and what the one at its other end was sent. */
interface Links {
  readonly near: DataLink;
  readonly far: DataLink;
  /** Messages of the far side in order; waits for the next. */
  readonly next: () => Promise<Received>;
  readonly receiving: Receiving[];
}

function linkTest(
  name: string,
  run: (links: Links) => Promise<void>,
  side: FarSide = {},
): void {
  Deno.test({
    name,
    // werift leaves timers of its own behind, which count as both.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const pair = await connectPair();
      const messages = new MessageStream();
      const receiving: Receiving[] = [];
      const far = new DataLink(pair.far, {
        onMessage: (data) => messages.push(data),
        onRequest: () => undefined,
        onReceiving: (progress) => receiving.push(progress),
        ...side,
      }, side.limits);
      const near = new DataLink(pair.near, {
        onMessage() {},
        onRequest: () => undefined,
        onReceiving() {},
      });
      try {
        await run({ near, far, next: () => messages.next(), receiving });
      } finally {
        near.close();
        far.close();
        await pair.close();
      }
    },
  });
}

class MessageStream {
  readonly #stream = new TransformStream<Received, Received>(
    {},
    { highWaterMark: Infinity },
    { highWaterMark: Infinity },
  );
  readonly #writer = this.#stream.writable.getWriter();
  readonly #reader = this.#stream.readable.getReader();

  push(data: Received): void {
    this.#writer.write(data);
  }

  async next(): Promise<Received> {
    const { value } = await this.#reader.read();
    return value!;
  }
}

function pattern(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, i) => i * 7 + (i >> 8));
}

async function bytesOf(data: Received): Promise<Uint8Array> {
  return new Uint8Array(await new Response(data as BodyInit).arrayBuffer());
}

linkTest("JSON arrives as it was sent", async ({ near, next }) => {
  const values: JsonValue[] = [
    "hello",
    "",
    "\ud800 alone",
    "x".repeat(3 * MEGABYTE),
    null,
    false,
    -0.5,
    [1, [2]],
    { a: { b: null }, "": 1 },
  ];
  for (const value of values) {
    const [, received] = await Promise.all([near.send(value), next()]);
    assertEquals(received, value);
  }
});

linkTest("bytes arrive as an ArrayBuffer", async ({ near, next }) => {
  const bytes = pattern(3 * MEGABYTE);
  for (const length of [0, 1, 65_525, 65_526, bytes.length]) {
    const part = bytes.subarray(bytes.length - length);
    const [, received] = await Promise.all([near.send(part), next()]);
    assert(received instanceof ArrayBuffer);
    assertEquals(new Uint8Array(received), part);
  }
});

linkTest(
  "a Blob and a File keep type and name",
  async ({ near, next, receiving }) => {
    const bytes = pattern(3 * MEGABYTE);
    await near.send(new Blob([bytes], { type: "image/png" }));
    const blob = await next();
    assert(blob instanceof Blob && !(blob instanceof File));
    assertEquals(blob.type, "image/png");
    assertEquals(await bytesOf(blob), bytes);
    assertEquals(receiving.at(-1), {
      id: 1,
      name: undefined,
      type: "image/png",
      bytes: bytes.length,
      total: bytes.length,
    });

    await near.send(new File([], "пустой.txt", { type: "text/plain" }));
    const file = await next();
    assert(file instanceof File);
    assertEquals([file.name, file.type, file.size], [
      "пустой.txt",
      "text/plain",
      0,
    ]);
  },
);

linkTest("requests get their own answers", async ({ near }) => {
  const questions = [1, 2, 3].map((n) => near.request(n));
  assertEquals(await Promise.all(questions), [2, 4, 6]);
  const blob = await near.request(new Blob([pattern(MEGABYTE)]));
  assertEquals(await bytesOf(blob), pattern(MEGABYTE));
}, {
  onRequest: (data) =>
    Promise.resolve(typeof data === "number" ? data * 2 : data),
});

linkTest("a small message overtakes a large one", async ({ near, next }) => {
  const large = near.send(new Uint8Array(20 * MEGABYTE));
  near.send("first");
  assertEquals(await next(), "first");
  await large;
});

linkTest(
  "a stream that nobody reads stalls its sender",
  async ({ near, next }) => {
    let pulled = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 100_000;
        controller.enqueue(new Uint8Array(100_000));
        if (pulled === 5 * MEGABYTE) controller.close();
      },
    }, { highWaterMark: 0 });
    const sent = near.send(stream);
    const received = await next() as ReadableStream<Uint8Array>;
    // A request goes there and back: what was sent before it has arrived.
    while (pulled < MEGABYTE) await near.request("again").catch(() => {});
    await near.request("again").catch(() => {});
    assert(pulled <= 1.3 * MEGABYTE, `${pulled} bytes were read`);
    assertEquals((await bytesOf(received)).length, 5 * MEGABYTE);
    await sent;
  },
);

linkTest("nobody answers where nobody listens", async ({ near }) => {
  const error = await assertRejects(() => near.request("?"), TransferError);
  assertEquals(
    error.message,
    "The other side refused: Nobody answers requests here",
  );
});
