/** Keeps a data channel's buffer filled, and no fuller than it must be. */

import { type DataFrame, encodeFrame } from "./data_frame.ts";

/** Bytes in the channel's buffer, which a small message waits for. */
const HIGH_WATER_BYTES = 256 * 1024;
/** At the bound the link ends: the other side asks and asks, and reads no answer. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/** See the head of this file. */
export class SendBuffer {
  readonly #channel: RTCDataChannel;
  readonly #onBroken: (error: unknown) => void;
  /** Send a frame each, in order: transfers that put one at a time take turns. */
  readonly #waiting = new Set<() => void>();

  constructor(channel: RTCDataChannel, onBroken: (error: unknown) => void) {
    this.#channel = channel;
    this.#onBroken = onBroken;
    channel.bufferedAmountLowThreshold = HIGH_WATER_BYTES / 2;
  }

  /** Sends a frame when there is room, and resolves then. */
  put(frame: Partial<DataFrame>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const bytes = encodeFrame(frame);
    return new Promise((resolve) => {
      this.#waiting.add(() => {
        if (!signal.aborted) this.#send(bytes);
        resolve();
      });
      this.pump();
    });
  }

  /** Sends a frame about a transfer at once. */
  tell(frame: Partial<DataFrame>): void {
    if (this.#channel.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.#onBroken(new Error("This peer does not read what it asks for"));
    }
    this.#send(encodeFrame(frame));
  }

  /** Fills the buffer. */
  pump(): void {
    for (const send of this.#waiting) {
      const { readyState, bufferedAmount } = this.#channel;
      if (readyState !== "open" || bufferedAmount >= HIGH_WATER_BYTES) return;
      this.#waiting.delete(send);
      send();
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
