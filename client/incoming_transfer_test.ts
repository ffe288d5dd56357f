import { assert, assertEquals } from "@std/assert";
import { type DataHead, WINDOW_BYTES } from "./data_frame.ts";
import { IncomingTransfer } from "./incoming_transfer.ts";

const STREAM: DataHead = { form: "stream" };

/** A transfer, and what it granted. */
function receive(head: DataHead) {
  const granted: number[] = [];
  const transfer = new IncomingTransfer(head, {
    onCredit: (byteCount) => granted.push(byteCount),
    onCancel() {},
  });
  return { transfer, granted };
}

Deno.test("pieces count for 256 bytes more: tiny ones do not fill the memory", () => {
  const { transfer } = receive(STREAM);
  const most = Math.floor(WINDOW_BYTES / 257);
  for (let i = 0; i < most; i++) assert(transfer.take(new Uint8Array(1)));
  assert(!transfer.take(new Uint8Array(1)));
});

Deno.test("the window is what was sent and not read, to the byte", () => {
  for (const [length, isTaken] of [[-256, true], [-255, false]] as const) {
    const { transfer } = receive(STREAM);
    const bytes = new Uint8Array(WINDOW_BYTES + length);
    assertEquals(transfer.take(bytes), isTaken);
  }
});

Deno.test("what is read is granted again, a quarter of the window at a time", async () => {
  const { transfer, granted } = receive(STREAM);
  const piece = new Uint8Array(WINDOW_BYTES / 8 - 256);
  for (let i = 0; i < 8; i++) assert(transfer.take(piece));
  const reader = transfer.stream!.getReader();
  assertEquals(granted, []);
  for (let i = 0; i < 3; i++) await reader.read();
  assertEquals(granted, [WINDOW_BYTES / 4]);
  await reader.read();
  assertEquals(granted, [WINDOW_BYTES / 4, WINDOW_BYTES / 4]);
});

Deno.test("what is kept is granted again as it comes", () => {
  const { transfer, granted } = receive({ form: "blob", total: 2 ** 30 });
  const piece = new Uint8Array(WINDOW_BYTES / 8 - 256);
  for (let i = 0; i < 4; i++) assert(transfer.take(piece));
  assertEquals(granted, [WINDOW_BYTES / 4, WINDOW_BYTES / 4]);
});

Deno.test("a Blob is put together from all of its parts", async () => {
  const total = 3 * WINDOW_BYTES + 5;
  const bytes = new Uint8Array(total).map((_, i) => i >> 8);
  const { transfer } = receive({ form: "blob", total, type: "a/b" });
  for (let at = 0; at < total; at += 60_000) {
    assert(!transfer.isWhole);
    assert(transfer.take(bytes.subarray(at, at + 60_000)));
  }
  assert(transfer.isWhole);
  const blob = await transfer.end() as Blob;
  assertEquals(blob.type, "a/b");
  assertEquals(new Uint8Array(await blob.arrayBuffer()), bytes);
});

Deno.test("nothing follows the end", () => {
  const blob = receive({ form: "blob", total: 1 }).transfer;
  assert(blob.take(new Uint8Array(1)));
  assert(!blob.take(new Uint8Array(0)));
  const stream = receive(STREAM).transfer;
  assert(stream.take(new Uint8Array(0)));
  assert(!stream.take(new Uint8Array(1)));
});

Deno.test("what is not JSON ends as nothing", async () => {
  const { transfer } = receive({ form: "json", total: 1 });
  transfer.take(new TextEncoder().encode("{"));
  assertEquals(await transfer.end(), undefined);
});
