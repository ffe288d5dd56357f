/** One thing on its way out: in one frame, or in several as fast as its receiver grants. */

import {
  DATA_FRAME_COST_BYTES,
  type DataFrame,
  type DataHead,
  FRAME_DATA_BYTES,
  WINDOW_BYTES,
} from "./data_frame.ts";
import type { DataSource, TransferProgress } from "./sendable.ts";

/** Where a transfer's frames go. */
interface Outlet {
  /** Resolves when the next may follow; rejects when none may. */
  readonly put: (frame: Partial<DataFrame>) => Promise<void>;
  /** To be called when the other side takes no more. */
  readonly refuse: (error: Error) => void;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** See the head of this file. */
export class OutgoingTransfer {
  readonly head: DataHead;
  readonly refuse: (error: Error) => void;
  /** To be called when the other side has all of it. */
  finish!: () => void;
  readonly #finished = new Promise<void>((resolve) => this.finish = resolve);
  readonly #outlet: Outlet;
  #bytes = 0;
  #credit = WINDOW_BYTES;
  #onCredit = () => {};

  constructor(head: DataHead, outlet: Outlet) {
    this.head = head;
    this.#outlet = outlet;
    this.refuse = outlet.refuse;
  }

  /** The receiver takes so many more bytes. */
  grant(byteCount: number): void {
    this.#credit += byteCount;
    this.#onCredit();
  }

  /** Resolves when few bytes are in the buffer, or when the other side has all. */
  async send({ bytes, reader }: DataSource): Promise<void> {
    const { put } = this.#outlet;
    await put({ kind: "open", meta: this.head, bytes });
    if (reader === undefined) return this.#count(bytes);
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!(value instanceof Uint8Array)) {
        throw new TypeError("Cannot send this stream: it is not of Uint8Array");
      }
      await this.#sendChunk(value as Uint8Array<ArrayBuffer>);
    }
    // Others end with their last byte.
    if (this.head.total === undefined) await put({ kind: "data" });
    await this.#finished;
  }

  async #sendChunk(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    const { put } = this.#outlet;
    for (let at = 0; at < chunk.length;) {
      while (this.#credit <= DATA_FRAME_COST_BYTES) {
        await new Promise<void>((resolve) => this.#onCredit = resolve);
      }
      const room = Math.min(
        this.#credit - DATA_FRAME_COST_BYTES,
        FRAME_DATA_BYTES,
      );
      const bytes = chunk.subarray(at, at + room);
      at += bytes.length;
      this.#credit -= bytes.length + DATA_FRAME_COST_BYTES;
      await put({ kind: "data", bytes });
      this.#count(bytes);
    }
  }

  #count(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#outlet.onProgress?.({ bytes: this.#bytes, total: this.head.total });
  }
}
