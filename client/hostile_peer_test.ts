/** Peers that send what no data link would: one attack each, over a real connection. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type DataFrame,
  decodeFrame,
  encodeFrame,
  MAX_FRAME_BYTES,
  WINDOW_BYTES,
} from "./data_frame.ts";
import { DataLink, type DataLinkLimits } from "./data_link.ts";
import type { Received } from "./sendable.ts";
import { ending } from "./testing/ending.ts";
import { Inbox } from "./testing/inbox.ts";
import { pairTest } from "./testing/werift_pair.ts";

const MALFORMED = "TransferError: This peer does not keep to the protocol";
const STREAM = { kind: "open", id: 1, meta: { form: "stream" } } as const;

/** A peer without a link, and its victim. */
interface Attack {
  readonly say: (frame: Partial<DataFrame>) => void;
  readonly sayRaw: (data: Uint8Array<ArrayBuffer> | string) => void;
  /** What the victim's link says, frame by frame. */
  readonly heard: Inbox<DataFrame>;
  readonly victim: DataLink;
  /** What the victim's page got. */
  readonly messages: Inbox<Received>;
}

/** How a test begins. */
interface AttackOptions extends DataLinkLimits {
  /** Of the attacker's hello; null: it says none. */
  readonly greeting?: unknown;
}

function attackTest(
  name: string,
  run: (attack: Attack) => Promise<void>,
  { greeting = [1, null, 0], ...limits }: AttackOptions = {},
): void {
  pairTest(name, async ({ near, far }) => {
    const heard = new Inbox<DataFrame>();
    const messages = new Inbox<Received>();
    near.addEventListener("message", ({ data }) => {
      heard.push(decodeFrame(new Uint8Array(data))!);
    });
    const victim = new DataLink(far, {
      onMessage: (data) => messages.push(data),
      onRequest: () => new Promise(() => {}),
      onReceiving() {},
    }, limits);
    const say = (frame: Partial<DataFrame>) => near.send(encodeFrame(frame));
    const sayRaw = (data: Uint8Array<ArrayBuffer> | string) =>
      near.send(data as string);
    if (greeting !== null) say({ kind: "hello", meta: greeting });
    assertEquals((await heard.next()).kind, "hello");
    await run({ say, sayRaw, heard, victim, messages });
  });
}

/** What it says ends the link. */
function fatalTest(
  name: string,
  attack: (peer: Attack) => void,
  options?: AttackOptions,
): void {
  attackTest(`${name} ends the link`, async (peer) => {
    attack(peer);
    assertEquals(`${await ending(peer.victim.closed)}`, MALFORMED);
  }, options);
}

fatalTest("a frame before hello", ({ say }) => {
  say({ kind: "data", id: 1 });
}, { greeting: null });
fatalTest("a hello that says nothing", () => {}, { greeting: 1 });
fatalTest("a second hello", ({ say }) => {
  say({ kind: "hello", meta: [1, null, 0] });
});
for (const meta of [1, -1, 0.5, "one", {}]) {
  fatalTest(`an acknowledgement of ${JSON.stringify(meta)}`, ({ say }) => {
    say({ kind: "ack", meta });
  });
}

fatalTest("text", ({ sayRaw }) => sayRaw("hello"));
fatalTest("a frame without an id", ({ sayRaw }) => sayRaw(Uint8Array.of(1, 2)));
fatalTest("a frame too long", ({ sayRaw }) => {
  // Cut by werift's own bound unless it is as long as that.
  sayRaw(new Uint8Array(MAX_FRAME_BYTES).fill(0xff));
});
fatalTest("a head of no form", ({ say }) => say({ ...STREAM, meta: {} }));
fatalTest("a small message that is no JSON", ({ say }) => {
  const bytes = Uint8Array.of(0x7b);
  say({ kind: "open", id: 1, meta: { form: "json", total: 1 }, bytes });
});
fatalTest("a transfer that begins twice", ({ say }) => {
  say(STREAM);
  say(STREAM);
});
fatalTest("a beginning with half of the data", ({ say }) => {
  const meta = { form: "binary", total: 2 };
  say({ kind: "open", id: 1, meta, bytes: new Uint8Array(1) });
});
fatalTest("more than was announced", ({ say }) => {
  say({ kind: "open", id: 1, meta: { form: "blob", total: 1 } });
  say({ kind: "data", id: 1, bytes: new Uint8Array(2) });
});
fatalTest("an end before the last byte", ({ say }) => {
  say({ kind: "open", id: 1, meta: { form: "blob", total: 1 } });
  say({ kind: "data", id: 1 });
});
fatalTest("data after a stream's end", ({ say }) => {
  say(STREAM);
  say({ kind: "data", id: 1 });
  say(STREAM);
  say({ kind: "data", id: 1 });
  say({ ...STREAM, meta: null });
});
fatalTest("credit that is no number", ({ say }) => {
  say({ kind: "credit", id: 1, meta: "more" });
});
fatalTest("more than the window of a stream that nobody reads", ({ say }) => {
  say(STREAM);
  const bytes = new Uint8Array(60_000);
  for (let sent = 0; sent <= WINDOW_BYTES; sent += bytes.length) {
    say({ kind: "data", id: 1, bytes });
  }
});
attackTest("what names no transfer is ignored", async ({ say, messages }) => {
  for (const kind of ["data", "abort", "credit", "over"] as const) {
    say({ kind, id: 99, meta: 1 });
    say({ kind, id: 99, meta: kind === "credit" ? 0 : null });
  }
  say({ kind: undefined, id: 99 }); // of a newer version
  const meta = { form: "binary", total: 0 };
  say({ kind: "open", id: 1, meta: { ...meta, answerTo: 99 } });
  say({ kind: "open", id: 2, meta });
  assertEquals(await messages.next(), new ArrayBuffer(0));
  assertEquals(messages.unread, []);
});

attackTest("a large answer that nobody asked for is refused", async (peer) => {
  peer.say({ ...STREAM, meta: { form: "stream", answerTo: 99 } });
  const { kind, id, meta } = await peer.heard.next();
  assertEquals([kind, id, meta], ["over", 1, "Nobody waits for this answer"]);
});

attackTest("an announced size counts before a byte has come", async (peer) => {
  const meta = { form: "blob", total: 4 * 1024 ** 3 };
  peer.say({ kind: "open", id: 1, meta: { ...meta, total: meta.total + 1 } });
  peer.say({ kind: "open", id: 2, meta });
  peer.say({ kind: "open", id: 3, meta: { form: "blob", total: 1 } });
  for (const refused of [1, 3]) {
    const { kind, id, meta } = await peer.heard.next();
    assertEquals([kind, id], ["over", refused]);
    assert(`${meta}`.startsWith("It is too much at once"));
  }
});

attackTest(
  "what is held in memory is bounded for all together",
  async (peer) => {
    const meta = { form: "json", total: 40 * 1024 ** 2 };
    peer.say({ kind: "open", id: 1, meta });
    peer.say({ kind: "open", id: 2, meta: { ...meta, form: "binary" } });
    assertEquals((await peer.heard.next()).id, 2);
  },
);

attackTest("the 65th transfer is refused until another ends", async (peer) => {
  for (let id = 1; id <= 65; id++) peer.say({ ...STREAM, id });
  assertEquals((await peer.heard.next()).id, 65);
  peer.say({ kind: "abort", id: 7, meta: "bored" });
  peer.say({ ...STREAM, id: 66 });
  peer.say({ ...STREAM, id: 67 });
  assertEquals((await peer.heard.next()).id, 67);
});

attackTest("large JSON that is none is refused", async ({ say, heard }) => {
  say({ kind: "open", id: 1, meta: { form: "json", total: 1 } });
  say({ kind: "data", id: 1, bytes: Uint8Array.of(0x7b) });
  const { kind, meta } = await heard.next();
  assertEquals([kind, meta], ["over", "This is no JSON"]);
});

attackTest("requests without end are refused", async ({ say, heard }) => {
  const meta = { form: "binary", total: 0, isRequest: true };
  for (let id = 1; id <= 1025; id++) say({ kind: "open", id, meta });
  assertEquals((await heard.next()).kind, "ack");
  const { kind, id, meta: reason } = await heard.next();
  assertEquals([kind, id, reason], [
    "over",
    1025,
    "Too many requests wait for answers: await some first",
  ]);
});

attackTest("a transfer is not over before all of it was sent", async (peer) => {
  const sent = peer.victim.send(new ReadableStream());
  const { id } = await peer.heard.next();
  peer.say({ kind: "over", id });
  peer.say({ kind: "over", id, meta: { toString: 1 } });
  await assertRejects(() => sent, Error, "The other side says: ");
});

attackTest("a reason is text of bounded length", async ({ say, messages }) => {
  for (
    const [meta, reason] of [["x".repeat(9999), "x".repeat(256)], [{
      toString: 1,
    }, "no reason"]]
  ) {
    say(STREAM);
    const stream = await messages.next() as ReadableStream;
    say({ kind: "abort", id: 1, meta });
    const error = await assertRejects(() => stream.getReader().read(), Error);
    assertEquals(error.message, `The other side says: ${reason}`);
  }
});
