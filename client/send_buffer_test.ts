import { assertEquals, assertThrows } from "@std/assert";
import { decodeFrame } from "./data_frame.ts";
import { SendBuffer } from "./send_buffer.ts";
import { Inbox } from "./testing/inbox.ts";
import { type ChannelPair, pairTest } from "./testing/werift_pair.ts";

const NEVER = new AbortController().signal;
const PIECE = new Uint8Array(60_000);

/** Ids of the frames that arrive. */
function idsAt({ far }: ChannelPair): Inbox<number> {
  const ids = new Inbox<number>();
  far.addEventListener("message", ({ data }) => {
    ids.push(decodeFrame(new Uint8Array(data))!.id);
  });
  return ids;
}

function assertNotBroken(error: unknown): never {
  throw error;
}

pairTest("frames wait while the buffer is full, in order", async (pair) => {
  const ids = idsAt(pair);
  const { near } = pair;
  const buffer = new SendBuffer(near, assertNotBroken);
  near.addEventListener("bufferedamountlow", () => buffer.pump());
  const all = Array.from({ length: 20 }, (_, id) => id);
  const sent = all.map((id) =>
    buffer.put({ kind: "data", id, bytes: PIECE }, NEVER)
  );
  assertEquals(near.bufferedAmount, 5 * (PIECE.length + 7));
  buffer.tell({ kind: "over", id: 99 });
  await Promise.all(sent);
  const order = [...all.slice(0, 5), 99, ...all.slice(5)];
  for (const id of order) assertEquals(await ids.next(), id);
});

pairTest("what was given up while it waited is not sent", async (pair) => {
  const ids = idsAt(pair);
  const { near } = pair;
  const buffer = new SendBuffer(near, assertNotBroken);
  near.addEventListener("bufferedamountlow", () => buffer.pump());
  const giveUp = new AbortController();
  for (let id = 0; id < 5; id++) {
    buffer.put({ kind: "data", id, bytes: PIECE }, NEVER);
  }
  buffer.put({ kind: "data", id: 5 }, giveUp.signal);
  buffer.put({ kind: "data", id: 6 }, NEVER);
  giveUp.abort(new Error("changed my mind"));
  for (const id of [0, 1, 2, 3, 4, 6]) assertEquals(await ids.next(), id);
  assertThrows(
    () => buffer.put({ id: 7 }, giveUp.signal),
    Error,
    "changed my mind",
  );
});

pairTest(
  "a peer that does not read what it asks for is noticed",
  ({ near }) => {
    const errors: unknown[] = [];
    const buffer = new SendBuffer(near, (error) => errors.push(error));
    for (let sent = 0; sent < 69; sent++) near.send(PIECE);
    buffer.tell({ kind: "over", id: 1 });
    assertEquals(errors, []);
    near.send(PIECE);
    buffer.tell({ kind: "over", id: 2 });
    assertEquals(
      `${errors}`,
      "Error: This peer does not read what it asks for",
    );
    return Promise.resolve();
  },
);

pairTest("a frame that the channel refuses breaks it", ({ near }) => {
  const errors: unknown[] = [];
  const buffer = new SendBuffer(near, (error) => errors.push(error));
  buffer.put({ kind: "data", id: 1, bytes: new Uint8Array(65_536) }, NEVER);
  assertEquals(errors.length, 1);
  return Promise.resolve();
});
