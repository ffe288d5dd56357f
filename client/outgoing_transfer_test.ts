import { assertEquals } from "@std/assert";
import {
  type DataFrame,
  type DataHead,
  FRAME_DATA_BYTES as MAX_BYTES,
  WINDOW_BYTES,
} from "./data_frame.ts";
import { OutgoingTransfer } from "./outgoing_transfer.ts";
import { openSource, type Sendable } from "./sendable.ts";
import { Inbox } from "./testing/inbox.ts";

/** Begins to send; what it puts, and what it needs no grant for. */
function begin(data: Sendable) {
  const source = openSource(data);
  const frames = new Inbox<Partial<DataFrame>>();
  const transfer = new OutgoingTransfer(source.head, {
    put: (frame) => Promise.resolve(frames.push(frame)),
    refuse() {},
  });
  return { transfer, frames, sent: transfer.send(source), head: source.head };
}

async function nextLength(frames: Inbox<Partial<DataFrame>>): Promise<number> {
  return (await frames.next()).bytes!.length;
}

Deno.test("no more is sent than was granted, a frame's cost included", async () => {
  const { transfer, frames, sent, head } = begin(new Uint8Array(WINDOW_BYTES));
  assertEquals((await frames.next()).meta, head);
  const full = Math.floor(WINDOW_BYTES / (MAX_BYTES + 256));
  for (let i = 0; i < full; i++) {
    assertEquals(await nextLength(frames), MAX_BYTES);
  }
  const rest = WINDOW_BYTES - full * (MAX_BYTES + 256) - 256;
  assertEquals(await nextLength(frames), rest);
  transfer.grant(256); // for no byte
  transfer.grant(1);
  assertEquals(await nextLength(frames), 1);
  transfer.grant(WINDOW_BYTES);
  const left = WINDOW_BYTES - full * MAX_BYTES - rest - 1;
  assertEquals(await nextLength(frames), left);
  transfer.finish();
  await sent;
  assertEquals(frames.unread, []);
});

Deno.test("only a stream's end is said", async () => {
  const stream = begin(new Blob(["text"]).stream());
  assertEquals<DataHead>(stream.head, { form: "stream" });
  stream.transfer.finish();
  await stream.sent;
  assertEquals(stream.frames.unread.map(({ kind }) => kind), [
    "open",
    "data",
    "data",
  ]);
  assertEquals(stream.frames.unread[2], { kind: "data" });
  const blob = begin(new Blob(["text"]));
  blob.transfer.finish();
  await blob.sent;
  assertEquals(blob.frames.unread.length, 2);
});

Deno.test("what fits into one frame waits for nobody", async () => {
  const { frames, sent } = begin("text");
  await sent;
  assertEquals(frames.unread.length, 1);
});
