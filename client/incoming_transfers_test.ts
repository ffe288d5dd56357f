import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataLink } from "./data_link.ts";
import type { Receiving } from "./incoming_transfers.ts";
import { connectPair } from "./testing/werift_pair.ts";
import { TransferError } from "./transfer_error.ts";

const PART = new Uint8Array(1_000_000);

Deno.test({
  name: "whoever watches something arrive is told that it was given up",
  // werift leaves timers of its own behind, which count as both.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const pair = await connectPair();
    const failed = Promise.withResolvers<Receiving>();
    const far = new DataLink(pair.far, {
      onMessage() {},
      onRequest: () => undefined,
      onReceiving(receiving) {
        if (receiving.failure !== undefined) failed.resolve(receiving);
      },
    });
    const near = new DataLink(pair.near, {
      onMessage() {},
      onRequest: () => undefined,
      onReceiving() {},
    });
    try {
      const giveUp = new AbortController();
      const file = new File([PART, PART], "large.bin");
      const sent = near.send(file, {
        signal: giveUp.signal,
        onProgress: () => giveUp.abort(new Error("No longer needed")),
      });
      await assertRejects(() => sent, Error, "No longer needed");
      const { name, bytes, failure } = await failed.promise;
      assertEquals(name, "large.bin");
      assert(bytes < file.size);
      assert(failure instanceof TransferError);
      assert(failure.message.endsWith(": No longer needed"), failure.message);
    } finally {
      near.close();
      far.close();
      await pair.close();
    }
  },
});
