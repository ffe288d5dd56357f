/** Messages in a stream of bytes: RFC 8489, section 6.2.2; RFC 8656, section 12.5. */

import { HEADER_BYTES, padded, readUint16 } from "./message.ts";

/** Enough to tell what comes, and how long it is. */
const PREFIX_BYTES = 4;
const NO_BYTES = new Uint8Array();

/**
 * Cuts a stream into whole messages, ChannelData with its padding. Holds at most
 * one that is not yet whole.
 */
export class Framing {
  readonly #maxBytes: number;
  #held = NO_BYTES;
  #length = 0;

  /** Messages longer than `maxBytes` break the stream. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes what has come and gives each whole message; its bytes are good only
   * until `take` returns. False when the stream is none of messages.
   */
  push(chunk: Uint8Array, take: (message: Uint8Array) => void): boolean {
    let at = 0;
    if (this.#length > 0) {
      at = this.#hold(chunk, 0, PREFIX_BYTES);
      if (this.#length < PREFIX_BYTES) return true;
      const length = this.#frameBytes(this.#held, 0);
      if (length === undefined) return false;
      at += this.#hold(chunk, at, length);
      if (this.#length < length) return true;
      this.#length = 0;
      take(this.#held.subarray(0, length));
    }
    while (chunk.length - at >= PREFIX_BYTES) {
      const length = this.#frameBytes(chunk, at);
      if (length === undefined) return false;
      if (at + length > chunk.length) break;
      take(chunk.subarray(at, at + length));
      at += length;
    }
    this.#hold(chunk, at, this.#maxBytes);
    return true;
  }

  /** Takes over bytes until so many are held; tells how many those were. */
  #hold(chunk: Uint8Array, at: number, wanted: number): number {
    const taken = Math.min(
      Math.max(wanted - this.#length, 0),
      chunk.length - at,
    );
    if (taken === 0) return 0;
    if (this.#held.length === 0) this.#held = new Uint8Array(this.#maxBytes);
    this.#held.set(chunk.subarray(at, at + taken), this.#length);
    this.#length += taken;
    return taken;
  }

  /** Undefined when nothing begins so, or it is too long. */
  #frameBytes(bytes: Uint8Array, at: number): number | undefined {
    const length = readUint16(bytes, at + 2);
    const kind = bytes[at]! >> 6;
    if (kind > 1 || kind === 0 && length % 4 !== 0) return undefined;
    const frame = kind === 0
      ? HEADER_BYTES + length
      : PREFIX_BYTES + padded(length);
    return frame <= this.#maxBytes ? frame : undefined;
  }
}
