/** Decides what a data channel sends next, and how much waits in its buffer. */

import {
  type DataFrame,
  encodeFrame,
  WHOLE_HEADER_BYTES,
} from "./data_frame.ts";
import type { OutgoingTransfer } from "./outgoing_transfer.ts";
import { reasonOf } from "./transfer_error.ts";
import { DEFAULT_TRANSFER_LIMITS, placeFor } from "./transfer_limits.ts";

/** Bytes that wait in the channel's buffer: as many stand before a small message. */
const HIGH_WATER_BYTES = 256 * 1024;
const LOW_WATER_BYTES = 128 * 1024;
/** At the bound the link ends: the other side asks and asks, and reads no answer. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/** See the head of this file. */
export class SendQueue {
  readonly #channel: RTCDataChannel;
  readonly #maxFrameBytes: () => number;
  readonly #onBroken: (error: unknown) => void;
  /** What fits into one frame goes first, in order. */
  readonly #small = new Set<OutgoingTransfer>();
  /** Those begun, which take turns. */
  readonly #open = new Map<number, OutgoingTransfer>();
  readonly #waiting = new Set<OutgoingTransfer>();

  constructor(
    channel: RTCDataChannel,
    { maxFrameBytes, onBroken }: {
      maxFrameBytes: () => number;
      onBroken: (error: unknown) => void;
    },
  ) {
    this.#channel = channel;
    this.#maxFrameBytes = maxFrameBytes;
    this.#onBroken = onBroken;
    channel.bufferedAmountLowThreshold = LOW_WATER_BYTES;
  }

  /** One that has begun. */
  find(id: number): OutgoingTransfer | undefined {
    return this.#open.get(id);
  }

  /** Sends a transfer when its turn comes, unless `signal` fires before its end. */
  add(transfer: OutgoingTransfer, signal?: AbortSignal): void {
    const { reader, bytes } = transfer.source;
    const isSmall = reader === undefined &&
      bytes.length + WHOLE_HEADER_BYTES <= this.#maxFrameBytes();
    (isSmall ? this.#small : this.#waiting).add(transfer);
    const onAbort = () => this.abort(transfer, signal!.reason);
    signal?.addEventListener("abort", onAbort);
    const release = () => {
      signal?.removeEventListener("abort", onAbort);
      this.#small.delete(transfer);
      this.#waiting.delete(transfer);
      this.#open.delete(transfer.id);
      this.pump();
    };
    transfer.done.then(release, release);
    if (signal?.aborted) onAbort();
    this.pump();
  }

  /** Gives a transfer up, and tells the other side. */
  abort(transfer: OutgoingTransfer, error: unknown): void {
    const { id, isOpen } = transfer;
    if (isOpen) this.tell({ kind: "abort", id, reason: reasonOf(error) });
    transfer.fail(error);
  }

  /** Sends a frame about a transfer before all else. */
  tell(frame: DataFrame): void {
    if (this.#channel.readyState !== "open") return;
    if (this.#channel.bufferedAmount > MAX_BUFFERED_BYTES) {
      return this.#onBroken(new Error("The other side reads no answers"));
    }
    this.#put(frame);
  }

  /** Fills the buffer. */
  pump(): void {
    while (
      this.#channel.readyState === "open" &&
      this.#channel.bufferedAmount < HIGH_WATER_BYTES
    ) {
      const frame = this.#nextFrame();
      if (frame === undefined) return;
      this.#put(frame);
    }
  }

  /** Gives all of them up. */
  close(reason: unknown): void {
    for (const some of [this.#small, this.#waiting, this.#open.values()]) {
      for (const transfer of some) transfer.fail(reason);
    }
  }

  #nextFrame(): DataFrame | undefined {
    for (const transfer of this.#small) {
      this.#small.delete(transfer);
      return transfer.wholeFrame();
    }
    this.#admit();
    for (const [id, transfer] of this.#open) {
      const frame = transfer.nextFrame(this.#maxFrameBytes());
      if (frame === undefined) continue;
      // To the end of the line.
      this.#open.delete(id);
      this.#open.set(id, transfer);
      return frame;
    }
  }

  /** Begins those that the other side, as far as one knows, has room for. */
  #admit(): void {
    for (const transfer of this.#waiting) {
      const open = [...this.#open.values()].map(({ source }) => source);
      const place = placeFor(transfer.source, open, DEFAULT_TRANSFER_LIMITS);
      // What never fits is for the other side to refuse: its limits may be others.
      if (place === "later") return;
      this.#waiting.delete(transfer);
      this.#open.set(transfer.id, transfer);
    }
  }

  #put(frame: DataFrame): void {
    try {
      this.#channel.send(encodeFrame(frame));
    } catch (error) {
      this.#onBroken(error);
    }
  }
}
