/**
 * Frames in order, each once, over one data channel after the other: what did
 * not arrive by one is sent again by the next. Keeps a channel's buffer filled,
 * and no fuller than it must be.
 */

import {
  DATA_FRAME_COST_BYTES,
  type DataFrame,
  decodeFrame,
  encodeFrame,
} from "./data_frame.ts";
import { TransferError } from "./transfer_error.ts";

/** What a {@linkcode FrameStream} tells its link. */
export interface FrameListener {
  /** Takes the other side's next frame; false when it is not what may come. */
  take(frame: DataFrame): boolean;
  /** The other side knows nothing of what was sent so far, and sends no more of what it sent. */
  onRestart(): void;
  /** There will be no more frames. */
  onBroken(error: unknown): void;
}

/** Bytes in the channel's buffer, which a small message waits for. */
const HIGH_WATER_BYTES = 256 * 1024;
/** What is received is acknowledged by so many bytes. */
const ACK_BYTES = 256 * 1024;
/** What the other side has not acknowledged is kept. At the bound frames wait; … */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** … those that cannot wait end the link here: the other side asks and asks, and reads no answer. */
const MAX_TOLD_BYTES = 2 * MAX_KEPT_BYTES;

/** See the head of this file. */
export class FrameStream {
  readonly #listener: FrameListener;
  /** By which the other side tells this stream from another one. */
  readonly #id = crypto.getRandomValues(new Uint32Array(1))[0]!;
  #otherId: unknown = null;
  #channel: RTCDataChannel | undefined;
  /** Whether frames may go out: before, both say where they are. */
  #isReady = false;
  #onGreeted: (() => void) | undefined;
  /** Frames of the other side, and what of them is not acknowledged. */
  #received = 0;
  #receivedBytes = 0;
  /** Frames that the other side has acknowledged, and those that it has not. */
  #acknowledged = 0;
  #kept: Uint8Array<ArrayBuffer>[] = [];
  #keptBytes = 0;
  /** Send a frame each, in order: transfers that put one at a time take turns. */
  readonly #waiting = new Set<() => void>();

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  /** Goes on over a channel that is open or opening. Resolves when the other side does so too. */
  attach(channel: RTCDataChannel): Promise<void> {
    const isFirst = this.#channel === undefined;
    this.#channel = channel;
    this.#isReady = false;
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = HIGH_WATER_BYTES / 2;
    const on = (type: string, act: (event: MessageEvent) => void) =>
      channel.addEventListener(type, (event) => {
        if (channel === this.#channel) act(event as MessageEvent);
      });
    on("message", ({ data }) => this.receive(data));
    on("bufferedamountlow", () => this.pump());
    on("close", () => {
      this.#break("The connection to this peer ended");
    });
    const greet = () => {
      const meta = [this.#id, this.#otherId, this.#received];
      this.#say({ kind: "hello", meta });
      if (isFirst) this.#resume();
    };
    if (channel.readyState === "open") greet();
    else on("open", greet);
    return new Promise((resolve) => this.#onGreeted = resolve);
  }

  /** Sends a frame when there is room, and resolves then. */
  put(frame: Partial<DataFrame>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const bytes = encodeFrame(frame);
    return new Promise((resolve) => {
      this.#waiting.add(() => {
        if (!signal.aborted) this.#keep(bytes);
        resolve();
      });
      this.pump();
    });
  }

  /** Sends a frame about a transfer at once. */
  tell(frame: Partial<DataFrame>): void {
    this.#keep(encodeFrame(frame));
    if (this.#keptBytes > MAX_TOLD_BYTES) {
      this.#break("This peer does not read what it asks for");
    }
  }

  /** Fills the buffer. */
  pump(): void {
    for (const send of this.#waiting) {
      if (
        !this.#isReady || this.#keptBytes >= MAX_KEPT_BYTES ||
        this.#channel!.bufferedAmount >= HIGH_WATER_BYTES
      ) return;
      this.#waiting.delete(send);
      send();
    }
  }

  /** Closes the channel; nothing is told. */
  close(): void {
    this.#isReady = false;
    this.#kept = [];
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** Takes what came by the present channel, before it was attached too. */
  receive(data: unknown): void {
    if (this.#channel === undefined) return;
    const frame = typeof data === "string"
      ? undefined
      // A copy if it is not an ArrayBuffer, but werift's Buffer.
      : decodeFrame(new Uint8Array(data as ArrayBuffer));
    if (frame === undefined || !this.#take(frame)) {
      this.#break("This peer does not keep to the protocol");
    }
  }

  /** The first frame of a channel says hello, and no other. */
  #take(frame: DataFrame): boolean {
    const { kind, meta } = frame;
    const onGreeted = this.#onGreeted;
    if ((kind === "hello") !== (onGreeted !== undefined)) return false;
    if (kind === "ack") return this.#acknowledge(meta);
    if (onGreeted === undefined) return this.#count(frame);
    this.#onGreeted = undefined;
    onGreeted();
    return Array.isArray(meta) && this.#greet(meta);
  }

  /** Where the other side is: what it has not received is sent again. */
  #greet([otherId, id, received]: readonly unknown[]): boolean {
    if (this.#otherId !== null && this.#otherId !== otherId) this.#restart();
    this.#otherId = otherId;
    if (this.#isReady) return true; // there is no channel before the first
    const isKnown = id !== this.#id || this.#acknowledge(received);
    this.#resume();
    return isKnown;
  }

  #count(frame: DataFrame): boolean {
    this.#received++;
    this.#receivedBytes += costOf(frame.bytes);
    if (this.#receivedBytes >= ACK_BYTES) {
      this.#receivedBytes = 0;
      this.#say({ kind: "ack", meta: this.#received });
    }
    return this.#listener.take(frame);
  }

  /** Whether the other side may have received so many. */
  #acknowledge(received: unknown): boolean {
    const count = Number(received) - this.#acknowledged;
    const isSound = Number.isInteger(count) && count >= 0 &&
      count <= this.#kept.length;
    for (const frame of isSound ? this.#kept.splice(0, count) : []) {
      this.#acknowledged++;
      this.#keptBytes -= costOf(frame);
    }
    this.pump();
    return isSound;
  }

  #restart(): void {
    this.#received = this.#receivedBytes = this.#acknowledged = 0;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#listener.onRestart();
  }

  #resume(): void {
    this.#isReady = true;
    for (const frame of this.#kept) this.#send(frame);
    this.pump();
  }

  #keep(frame: Uint8Array<ArrayBuffer>): void {
    this.#kept.push(frame);
    this.#keptBytes += costOf(frame);
    if (this.#isReady) this.#send(frame);
  }

  #say(frame: Partial<DataFrame>): void {
    this.#send(encodeFrame(frame));
  }

  #send(bytes: Uint8Array<ArrayBuffer>): void {
    const channel = this.#channel;
    if (channel?.readyState !== "open") return;
    try {
      channel.send(bytes);
    } catch (error) {
      this.#listener.onBroken(error);
    }
  }

  #break(why: string): void {
    this.#listener.onBroken(new TransferError(why));
  }
}

function costOf(bytes: Uint8Array): number {
  return bytes.length + DATA_FRAME_COST_BYTES;
}
