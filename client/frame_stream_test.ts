import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodeFrame, encodeFrame } from "./data_frame.ts";
import { FrameStream } from "./frame_stream.ts";
import { Inbox } from "./testing/inbox.ts";
import { pairTest } from "./testing/werift_pair.ts";

const NEVER = new AbortController().signal;
const PIECE = new Uint8Array(60_000);
const COST = PIECE.length + 7 + 256;

/** A stream over a channel, and what comes of it. */
function openStream(channel: RTCDataChannel) {
  const ids = new Inbox<number>();
  const events = new Inbox<string>();
  const stream = new FrameStream({
    take: ({ id }) => {
      ids.push(id);
      return true;
    },
    onRestart: () => events.push("restart"),
    onBroken: (error) => events.push(`${error}`),
  });
  return { stream, greeted: stream.attach(channel), ids, events };
}

/** A channel whose other end the test is. */
class FakeChannel extends EventTarget {
  readyState = "open";
  bufferedAmount = 0;
  readonly sent: Uint8Array<ArrayBuffer>[] = [];

  get channel(): RTCDataChannel {
    return this as unknown as RTCDataChannel;
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    this.sent.push(bytes);
  }

  close(): void {
    this.readyState = "closed";
  }

  /** Has the other side say something. */
  say(frame: Parameters<typeof encodeFrame>[0]): void {
    const data = encodeFrame(frame).buffer;
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  /** Kinds and ids of what was sent since the last look; of a hello its meta. */
  look(): unknown[] {
    return this.sent.splice(0).map((bytes) => {
      const { kind, id, meta } = decodeFrame(bytes)!;
      return kind === "hello" || kind === "ack" ? meta : id;
    });
  }
}

pairTest("frames wait while the buffer is full, in order", async (pair) => {
  const { ids } = openStream(pair.far);
  const { stream, greeted } = openStream(pair.near);
  await greeted;
  const all = Array.from({ length: 20 }, (_, id) => id);
  const sent = all.map((id) =>
    stream.put({ kind: "data", id, bytes: PIECE }, NEVER)
  );
  assertEquals(pair.near.bufferedAmount, 5 * (PIECE.length + 7));
  stream.tell({ kind: "over", id: 99 });
  await Promise.all(sent);
  const order = [...all.slice(0, 5), 99, ...all.slice(5)];
  for (const id of order) assertEquals(await ids.next(), id);
});

pairTest("what was given up while it waited is not sent", async (pair) => {
  const { ids } = openStream(pair.far);
  const { stream } = openStream(pair.near);
  const giveUp = new AbortController();
  for (let id = 0; id < 5; id++) {
    stream.put({ kind: "data", id, bytes: PIECE }, NEVER);
  }
  stream.put({ kind: "data", id: 5 }, giveUp.signal);
  stream.put({ kind: "data", id: 6 }, NEVER);
  giveUp.abort(new Error("changed my mind"));
  for (const id of [0, 1, 2, 3, 4, 6]) assertEquals(await ids.next(), id);
  assertThrows(
    () => stream.put({ id: 7 }, giveUp.signal),
    Error,
    "changed my mind",
  );
});

pairTest("a frame that the channel refuses breaks it", ({ near }) => {
  const { stream, events } = openStream(near);
  stream.put({ kind: "data", id: 1, bytes: new Uint8Array(65_536) }, NEVER);
  assertEquals(events.unread.length, 1);
  return Promise.resolve();
});

Deno.test("a channel that is opening is waited for", () => {
  const fake = new FakeChannel();
  fake.readyState = "connecting";
  const { stream } = openStream(fake.channel);
  stream.put({ kind: "data", id: 1 }, NEVER);
  stream.tell({ kind: "over", id: 2 });
  assertEquals(fake.sent, []);
  fake.readyState = "open";
  fake.dispatchEvent(new Event("open"));
  assertEquals(fake.look().slice(1), [2, 1]);
});

Deno.test("no more is kept than its bound; what cannot wait ends it", () => {
  const fake = new FakeChannel();
  const { stream, events } = openStream(fake.channel);
  fake.say({ kind: "hello", meta: [1, null, 0] });
  fake.look();
  for (let id = 0; id < 100; id++) {
    stream.put({ kind: "data", id, bytes: PIECE }, NEVER);
  }
  const most = Math.ceil(4 * 1024 ** 2 / COST);
  assertEquals(fake.look().length, most);
  fake.say({ kind: "ack", meta: most - 1 });
  assertEquals(fake.look().length, 100 - most);
  const each = { kind: "data", bytes: PIECE } as const;
  for (let bytes = 0; bytes < 6 * 1024 ** 2; bytes += COST) stream.tell(each);
  assertEquals(events.unread, []);
  for (let bytes = 0; bytes < 2 * 1024 ** 2; bytes += COST) stream.tell(each);
  assertEquals(
    events.unread[0],
    "TransferError: This peer does not read what it asks for",
  );
});

Deno.test("what is received is acknowledged by a quarter of a megabyte", () => {
  const fake = new FakeChannel();
  openStream(fake.channel);
  fake.say({ kind: "hello", meta: [1, null, 0] });
  fake.look();
  const each = Math.ceil(256 * 1024 / 256);
  for (let i = 1; i <= 2 * each; i++) {
    fake.say({ kind: "data" });
    assertEquals(fake.look(), i % each === 0 ? [i] : []);
  }
});

Deno.test("another channel goes on after what has arrived", async () => {
  const [first, second] = [new FakeChannel(), new FakeChannel()];
  const { stream, events, ids } = openStream(first.channel);
  first.say({ kind: "hello", meta: [7, null, 0] });
  for (let id = 1; id <= 4; id++) stream.tell({ kind: "over", id });
  first.say({ kind: "data", id: 50 });
  first.say({ kind: "ack", meta: 1 });
  const [[own]] = first.look() as [number[]];

  const greeted = stream.attach(second.channel);
  stream.put({ kind: "data", id: 5 }, NEVER);
  stream.tell({ kind: "over", id: 6 });
  first.say({ kind: "data", id: 51 }); // it will come again
  first.dispatchEvent(new Event("close"));
  assertEquals(second.look(), [[own, 7, 1]]);
  second.say({ kind: "hello", meta: [7, own, 3] });
  await greeted;
  assertEquals(second.look(), [4, 6, 5]);
  second.say({ kind: "data", id: 51 });
  assertEquals([ids.unread, events.unread], [[50, 51], []]);
});

Deno.test("an other side that begins anew is told nothing of before", () => {
  const [first, second, third] = [1, 2, 3].map(() => new FakeChannel());
  const { stream, events, ids } = openStream(first!.channel);
  first!.say({ kind: "hello", meta: [7, null, 0] });
  stream.tell({ kind: "over", id: 1 });
  first!.say({ kind: "data", id: 50 });
  const [[own]] = first!.look() as [number[]];

  stream.attach(second!.channel);
  second!.say({ kind: "hello", meta: [8, null, 0] });
  assertEquals(events.unread, ["restart"]);
  stream.tell({ kind: "over", id: 2 });
  assertEquals(second!.look(), [[own, 7, 1], 2]);
  second!.say({ kind: "data", id: 60 });
  assertEquals(ids.unread, [50, 60]);

  stream.attach(third!.channel);
  assertEquals(third!.look(), [[own, 8, 1]]);
  third!.say({ kind: "hello", meta: [8, own, 1] });
  assertEquals([third!.look(), events.unread], [[], ["restart"]]);
});

Deno.test("one that has just begun sends at once, and once, to one that goes on", () => {
  const fake = new FakeChannel();
  const { stream, events } = openStream(fake.channel);
  stream.tell({ kind: "over", id: 1 });
  fake.say({ kind: "hello", meta: [7, 99, 31] }); // of a stream before this one
  stream.tell({ kind: "over", id: 2 });
  assertEquals(fake.look().slice(1), [1, 2]);
  assertEquals(events.unread, []);
});

Deno.test("who claims to have more than was sent breaks it", () => {
  const [first, second] = [new FakeChannel(), new FakeChannel()];
  const { stream, events } = openStream(first.channel);
  first.say({ kind: "hello", meta: [7, null, 0] });
  const [[own]] = first.look() as [number[]];
  stream.attach(second.channel);
  second.say({ kind: "hello", meta: [7, own, 1] });
  assert(events.unread[0]!.includes("does not keep to the protocol"));
});
