import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  DataLink,
  type DataLinkLimits,
  type DataLinkListener,
} from "./data_link.ts";
import type { Receiving } from "./incoming_transfers.ts";
import type { JsonValue, Received, TransferProgress } from "./sendable.ts";
import { ending } from "./testing/ending.ts";
import { Inbox } from "./testing/inbox.ts";
import { pairTest } from "./testing/werift_pair.ts";
import { TransferError } from "./transfer_error.ts";

/** Several frames. */
const LARGE = 200_000;
/** More than the window of a transfer. */
const HUGE = 1_200_000;

/** What the far side does with what it gets, besides keeping it. */
interface FarSide extends Partial<DataLinkListener> {
  readonly limits?: DataLinkLimits;
}

/** A link, and what the one at its other end got. */
interface Links {
  readonly near: DataLink;
  readonly far: DataLink;
  readonly messages: Inbox<Received>;
  readonly receiving: Inbox<Receiving>;
}

function linkTest(
  name: string,
  run: (links: Links) => Promise<void>,
  { limits, ...listener }: FarSide = {},
): void {
  pairTest(name, async (pair) => {
    const messages = new Inbox<Received>();
    const receiving = new Inbox<Receiving>();
    const far = new DataLink(pair.far, {
      onMessage: (data) => messages.push(data),
      onRequest: () => undefined,
      onReceiving: (progress) => receiving.push(progress),
      ...listener,
    }, limits);
    const near = new DataLink(pair.near, {
      onMessage() {},
      onRequest: () => undefined,
      onReceiving() {},
    });
    await run({ near, far, messages, receiving });
  });
}

function pattern(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, i) => i * 7 + (i >> 8));
}

async function bytesOf(data: Received): Promise<Uint8Array> {
  return new Uint8Array(await new Response(data as BodyInit).arrayBuffer());
}

/** Bytes without end, and why nobody wants more of them. */
function endless(): {
  stream: ReadableStream<Uint8Array>;
  cancelled: Promise<unknown>;
  pulledBytes: () => number;
} {
  let pulled = 0;
  let onCancel: (reason: unknown) => void;
  const cancelled = new Promise<unknown>((resolve) => onCancel = resolve);
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 100_000;
      controller.enqueue(new Uint8Array(100_000));
    },
    cancel: (reason) => onCancel(reason),
  }, { highWaterMark: 0 });
  return { stream, cancelled, pulledBytes: () => pulled };
}

linkTest("JSON arrives as it was sent", async ({ near, messages }) => {
  const values: JsonValue[] = [
    "hello",
    "",
    "\ud800 alone",
    "€".repeat(LARGE / 3),
    null,
    false,
    -0.5,
    [1, [2]],
    { a: { b: null }, "": 1 },
  ];
  for (const value of values) {
    await near.send(value);
    assertEquals(await messages.next(), value);
  }
});

linkTest("bytes arrive as an ArrayBuffer", async ({ near, messages }) => {
  const bytes = pattern(LARGE);
  for (const length of [0, 1, 65_401, 65_402, bytes.length]) {
    const part = bytes.subarray(bytes.length - length);
    await near.send(part);
    const received = await messages.next();
    assert(received instanceof ArrayBuffer);
    assertEquals(new Uint8Array(received), part);
  }
});

linkTest("a Blob keeps its type", async ({ near, messages, receiving }) => {
  const bytes = pattern(LARGE);
  await near.send(new Blob([bytes], { type: "image/png" }));
  const blob = await messages.next();
  assert(blob instanceof Blob && !(blob instanceof File));
  assertEquals(blob.type, "image/png");
  assertEquals(await bytesOf(blob), bytes);
  assertEquals(receiving.unread.at(-1), {
    id: 1,
    name: undefined,
    type: "image/png",
    bytes: bytes.length,
    total: bytes.length,
  });
});

linkTest("a File keeps its name, also when empty", async (links) => {
  const sent = new File([], "пустой.txt", { type: "text/plain" });
  await links.near.send(sent);
  const { name, type, size } = await links.messages.next() as File;
  assertEquals([name, type, size], [sent.name, sent.type, 0]);
});

linkTest("a stream arrives while it is read", async ({ near, messages }) => {
  const bytes = pattern(HUGE);
  const sent = near.send(new Blob([bytes]).stream());
  const stream = await messages.next();
  assert(stream instanceof ReadableStream);
  assertEquals(await bytesOf(stream), bytes);
  await sent;
});

linkTest("small messages arrive in order", async ({ near, messages }) => {
  const numbers = Array.from({ length: 300 }, (_, i) => i);
  await Promise.all(
    numbers.map((n) => near.send({ n, text: "x".repeat(1000) })),
  );
  for (const n of numbers) {
    assertEquals((await messages.next() as { n: number }).n, n);
  }
});

linkTest("a small message overtakes a large one", async (links) => {
  const large = links.near.send(new Uint8Array(3 * LARGE));
  links.near.send("small");
  assertEquals(await links.messages.next(), "small");
  await large;
});

linkTest("more than fits at once waits for its turn", async (links) => {
  const blobs = Array.from({ length: 100 }, (_, i) => new Blob([`${i}`]));
  await Promise.all(blobs.map((blob) => links.near.send(blob)));
  const texts = links.messages.unread.map((data) => (data as Blob).text());
  const numbers = (await Promise.all(texts)).map(Number);
  assertEquals(numbers.toSorted((a, b) => a - b), [...blobs.keys()]);
});

linkTest(
  "one who waited for its turn and gave up holds up nobody",
  async (links) => {
    const giveUp = new AbortController();
    const opened = Array.from({ length: 64 }, () => {
      const controller = new AbortController();
      const sent = links.near.send(new ReadableStream(), controller);
      return { sent: sent.catch(() => {}), controller };
    });
    const first = links.near.send(new Blob(["first"]), giveUp);
    const second = links.near.send(new Blob(["second"]));
    for (const _ of opened) await links.messages.next();
    giveUp.abort(new Error("changed my mind"));
    await assertRejects(() => first, Error, "changed my mind");
    for (const { controller } of opened) controller.abort();
    await second;
    assertEquals(await (await links.messages.next() as Blob).text(), "second");
    for (const { sent } of opened) await sent;
  },
);

linkTest("a stream that nobody reads stalls its sender", async (links) => {
  const { stream, cancelled, pulledBytes } = endless();
  const sent = links.near.send(stream);
  const reader = (await links.messages.next() as ReadableStream).getReader();
  // Whoever is asked after what was sent has got what was sent.
  do {
    await assertRejects(() => links.near.request("?"));
  } while (pulledBytes() < 1_000_000);
  await assertRejects(() => links.near.request("?"));
  assert(pulledBytes() <= HUGE, `${pulledBytes()} bytes`);
  await reader.cancel("seen enough");
  const error = await assertRejects(() => sent, TransferError);
  assertEquals(error.message, "The other side says: seen enough");
  assertEquals(await cancelled, error);
});

linkTest("progress is told on both sides", async ({ near, receiving }) => {
  const sent: TransferProgress[] = [];
  const onProgress = (progress: TransferProgress) => sent.push(progress);
  await near.send("small", { onProgress });
  assertEquals(sent.splice(0), [{ bytes: 7, total: 7 }]);
  await near.send(new Uint8Array(LARGE), { onProgress });
  assertEquals(sent.at(-1), { bytes: LARGE, total: LARGE });
  const bytes = receiving.unread.map(({ bytes }) => bytes);
  assertEquals(bytes, [...new Set(bytes)].toSorted((a, b) => a - b));
  // The clock stands still: once at the beginning, once at the end.
  assertEquals([bytes.length, bytes.at(-1)], [2, LARGE]);
}, { limits: { nowMs: () => 0 } });

linkTest("what is arriving is told every 100 ms", async (links) => {
  await links.near.send(new Uint8Array(LARGE));
  const reports = links.receiving.unread.length;
  const frames = Math.ceil(LARGE / 65_401);
  assertEquals(reports, Math.ceil((frames - 1) / 2) + 1);
}, { limits: { nowMs: stepping(50) } });

function stepping(stepMs: number): () => number {
  let nowMs = 0;
  return () => nowMs += stepMs;
}

linkTest("requests get their own answers", async ({ near }) => {
  const answers = await Promise.all([1, 2, 3].map((n) => near.request(n)));
  assertEquals(answers, [1, 2, 3]);
  const bytes = pattern(LARGE);
  for (const data of [bytes, new Blob([bytes]), new Blob([bytes]).stream()]) {
    assertEquals(await bytesOf(await near.request(data)), bytes);
  }
}, { onRequest: (data) => Promise.resolve(data) });

linkTest("who is refused an answer is told why", async ({ near }) => {
  const error = await assertRejects(() => near.request("?"), TransferError);
  assertEquals(error.message, "The other side says: out of stock");
}, { onRequest: () => Promise.reject(new Error("out of stock")) });

linkTest("nobody answers where nobody listens", async ({ near }) => {
  const error = await assertRejects(() => near.request("?"), TransferError);
  assertEquals(
    error.message,
    "The other side says: Nobody answers requests here: add a listener",
  );
});

linkTest("an answer is waited for as long as one likes", async ({ near }) => {
  const late = await assertRejects(() => near.request("?", { timeoutMs: 1 }));
  assertEquals((late as Error).name, "TimeoutError");
  const signal = AbortSignal.abort(new Error("changed my mind"));
  await assertRejects(
    () => near.request("?", { signal }),
    Error,
    "changed my mind",
  );
}, { onRequest: () => new Promise(() => {}) });

const answer = endless();
linkTest(
  "an answer that nobody waits for any more is not sent",
  async (links) => {
    const giveUp = new AbortController();
    const asked = links.near.request("?", giveUp);
    const reader = (await asked as ReadableStream).getReader();
    await reader.cancel(new Error("enough"));
    assertEquals(
      `${await answer.cancelled}`,
      "TransferError: The other side says: enough",
    );
  },
  { onRequest: () => Promise.resolve(answer.stream) },
);

linkTest("a signal ends a transfer on both sides", async (links) => {
  const giveUp = new AbortController();
  const { stream, cancelled } = endless();
  const sent = links.near.send(stream, giveUp);
  const received = await links.messages.next();
  giveUp.abort(new Error("changed my mind"));
  await assertRejects(() => sent, Error, "changed my mind");
  await cancelled;
  const error = await assertRejects(() => bytesOf(received), TransferError);
  assertEquals(error.message, "The other side says: changed my mind");
});

linkTest(
  "whoever watches something arrive is told that it was given up",
  async ({ near, receiving }) => {
    const giveUp = new AbortController();
    const blob = new Blob([new Uint8Array(20_000_000)]);
    const sent = near.send(blob, {
      signal: giveUp.signal,
      onProgress: () => giveUp.abort(new Error("changed my mind")),
    });
    await assertRejects(() => sent, Error, "changed my mind");
    let last;
    do last = await receiving.next(); while (last.failure === undefined);
    assert(last.bytes < blob.size);
    assertEquals(
      `${last.failure}`,
      "TransferError: The other side says: changed my mind",
    );
  },
);

linkTest(
  "a source that fails ends its transfer",
  async ({ near, messages }) => {
    const broken = new ReadableStream({
      pull: () => Promise.reject(new Error("disk on fire")),
    });
    await assertRejects(() => near.send(broken), Error, "disk on fire");
    await assertRejects(
      async () => bytesOf(await messages.next()),
      Error,
      "disk on fire",
    );
    const wrong = new ReadableStream({
      start: (controller) => controller.enqueue("text"),
    });
    await assertRejects(() => near.send(wrong), TypeError, "not of Uint8Array");
  },
);

linkTest("what is no data is refused here", async ({ near }) => {
  const cyclic: Record<string, JsonValue> = {};
  cyclic.self = cyclic;
  const nothing = undefined as unknown as JsonValue;
  await assertRejects(() => near.send(nothing), TypeError, "Cannot send");
  await assertRejects(() => near.send(cyclic), TypeError);
  const { stream } = endless();
  stream.getReader();
  await assertRejects(() => near.send(stream), TypeError);
});

linkTest("more than the other side takes is refused there", async (links) => {
  const sent = links.near.send(new Uint8Array(LARGE + 1));
  const error = await assertRejects(() => sent, TransferError);
  assertEquals(
    error.message,
    "The other side says: It is too much at once: send less, or a stream",
  );
  await assertRejects(() =>
    links.near.send(new Blob([pattern(LARGE / 2 + 1)]))
  );
  await links.near.send(new Uint8Array(LARGE));
  await links.near.send(new Blob([pattern(LARGE / 2)]));
}, { limits: { maxMemoryBytes: LARGE, maxBlobBytes: LARGE / 2 } });

linkTest(
  "the end of the link is the end of all that is pending",
  async (links) => {
    const { stream, cancelled } = endless();
    const sent = links.near.send(stream);
    const asked = links.near.request("?");
    const received = await links.messages.next();
    const reason = new Error("gone");
    links.near.close(reason);
    for (const pending of [sent, asked, links.near.send("more")]) {
      assertEquals(await assertRejects(() => pending), reason);
    }
    assertEquals(await cancelled, reason);
    assertEquals(links.near.closed.reason, reason);
    const error = await ending(links.far.closed);
    assertEquals(await assertRejects(() => bytesOf(received)), error);
    assertEquals(
      `${error}`,
      "TransferError: The connection to this peer ended",
    );
  },
  { onRequest: () => new Promise(() => {}) },
);
