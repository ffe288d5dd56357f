/** Keeps a data channel's buffer filled, and no fuller than it must be. */

import { type DataFrame, encodeFrame } from "./data_frame.ts";
import { TransferError } from "./transfer_error.ts";

/** Bytes in the channel's buffer: as many stand before a small message. */
const HIGH_WATER_BYTES = 256 * 1024;
/** At the bound the link ends: the other side asks and asks, and reads no answer. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

interface WaitingFrame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  readonly onSent: () => void;
}

/** See the head of this file. */
export class SendBuffer {
  readonly #channel: RTCDataChannel;
  readonly #onBroken: (error: unknown) => void;
  readonly #small = new Set<WaitingFrame>();
  readonly #large = new Set<WaitingFrame>();

  constructor(channel: RTCDataChannel, onBroken: (error: unknown) => void) {
    this.#channel = channel;
    this.#onBroken = onBroken;
    channel.bufferedAmountLowThreshold = HIGH_WATER_BYTES / 2;
  }

  /**
   * Sends a frame when there is room, and resolves then. `open` goes before `data`;
   * else they go in order, so that transfers that each send one at a time take turns.
   */
  put(frame: Partial<DataFrame>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const bytes = encodeFrame(frame);
    return new Promise((onSent) => {
      (frame.kind === "open" ? this.#small : this.#large)
        .add({ bytes, signal, onSent });
      this.pump();
    });
  }

  /** Sends a frame about a transfer at once. */
  tell(frame: Partial<DataFrame>): void {
    if (this.#channel.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.#onBroken(new TransferError("The other side reads no answers"));
    }
    this.#send(encodeFrame(frame));
  }

  /** Fills the buffer. */
  pump(): void {
    for (const queue of [this.#small, this.#large]) {
      for (const frame of queue) {
        const { readyState, bufferedAmount } = this.#channel;
        if (readyState !== "open" || bufferedAmount >= HIGH_WATER_BYTES) return;
        queue.delete(frame);
        if (frame.signal.aborted) continue;
        this.#send(frame.bytes);
        frame.onSent();
      }
    }
  }

  #send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#channel.readyState !== "open") return;
    try {
      this.#channel.send(bytes);
    } catch (error) {
      this.#onBroken(error);
    }
  }
}
