/** One thing on its way out: all in one frame, or in as many as its receiver grants. */

import {
  DATA_FRAME_COST_BYTES,
  type DataFrame,
  type DataHead,
  FRAME_HEADER_BYTES,
  WINDOW_BYTES,
} from "./data_frame.ts";
import type { DataSource } from "./sendable.ts";

/** How far a transfer has come. */
export interface TransferProgress {
  /** Bytes so far. */
  readonly bytes: number;
  /** Bytes in all; undefined for a stream. */
  readonly total: number | undefined;
}

/** What an {@linkcode OutgoingTransfer} tells of itself. */
export interface OutgoingWatch {
  /** There are bytes to send again. */
  onReady(): void;
  /** Its source failed. */
  onBroken(error: unknown): void;
  readonly onProgress?:
    | ((progress: TransferProgress) => void)
    | undefined;
}

/** See the head of this file. */
export class OutgoingTransfer {
  readonly id: number;
  /** Resolves when it is in the buffer, or, if in several frames, when the other side has it. */
  readonly done: Promise<void>;
  readonly source: DataSource;
  readonly #head: DataHead;
  readonly #watch: OutgoingWatch;
  #resolve = () => {};
  #reject: (reason: unknown) => void = () => {};
  #step: "new" | "open" | "ended" | "settled" = "new";
  #credit = WINDOW_BYTES;
  #rest: Uint8Array;
  #sentBytes = 0;
  #isReading = false;
  /** Whether all that follows `#rest` is nothing. */
  #isDrained: boolean;

  constructor(
    id: number,
    { head, source, watch }: {
      head: DataHead;
      source: DataSource;
      watch: OutgoingWatch;
    },
  ) {
    this.id = id;
    this.source = source;
    this.#head = head;
    this.#watch = watch;
    this.#rest = source.bytes;
    this.#isDrained = source.reader === undefined;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Whether the other side knows of it, and waits. */
  get isOpen(): boolean {
    return this.#step === "open" || this.#step === "ended";
  }

  /** All of it as one frame. */
  wholeFrame(): DataFrame {
    const { id, source: { bytes } } = this;
    this.#count(bytes.length);
    this.#settle();
    return { kind: "whole", id, head: this.#head, bytes };
  }

  /** What may be sent now; undefined when it has to wait. */
  nextFrame(maxFrameBytes: number): DataFrame | undefined {
    const { id } = this;
    if (this.#step === "new") {
      this.#step = "open";
      const { total, label } = this.source;
      return { kind: "open", id, head: this.#head, total, label };
    }
    if (this.#step !== "open") return undefined;
    if (this.#rest.length > 0) return this.#nextData(maxFrameBytes);
    if (!this.#isDrained) return this.#read();
    this.#step = "ended";
    return { kind: "end", id };
  }

  /** The receiver takes so many more bytes. */
  grant(byteCount: number): void {
    this.#credit += byteCount;
  }

  /** The receiver has all of it. */
  finish(): void {
    if (this.#step === "ended") this.#settle();
  }

  /** Gives it up. */
  fail(reason: unknown): void {
    if (this.#step === "settled") return;
    this.#step = "settled";
    this.#reject(reason);
    this.source.reader?.cancel(reason).catch(() => {}); // told by `done`
  }

  #settle(): void {
    this.#step = "settled";
    this.#resolve();
  }

  #nextData(maxFrameBytes: number): DataFrame | undefined {
    const length = Math.min(
      this.#rest.length,
      this.#credit - DATA_FRAME_COST_BYTES,
      maxFrameBytes - FRAME_HEADER_BYTES,
    );
    if (length <= 0) return undefined;
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    this.#credit -= length + DATA_FRAME_COST_BYTES;
    this.#count(length);
    if (this.#rest.length === 0) this.#read();
    return { kind: "data", id: this.id, bytes };
  }

  #count(length: number): void {
    this.#sentBytes += length;
    const { onProgress } = this.#watch;
    const progress = { bytes: this.#sentBytes, total: this.source.total };
    // Later: who is told may send, and would do so between two frames' making.
    if (onProgress) queueMicrotask(() => onProgress(progress));
  }

  /** Fetches what follows, unless that is under way. */
  #read(): undefined {
    const { reader } = this.source;
    if (reader === undefined || this.#isDrained || this.#isReading) return;
    this.#isReading = true;
    reader.read().then(({ done, value }) => {
      if (done) this.#isDrained = true;
      else if (value instanceof Uint8Array) this.#rest = value;
      else {throw new TypeError(
          "Cannot send the stream: it is not of Uint8Array",
        );}
    }).finally(() => this.#isReading = false)
      .then(() => this.#watch.onReady(), this.#watch.onBroken);
  }
}
