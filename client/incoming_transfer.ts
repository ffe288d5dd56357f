/** One thing on its way in: put together, and taken only as fast as it is read. */

import {
  DATA_FRAME_COST_BYTES,
  type DataFrame,
  WINDOW_BYTES,
} from "./data_frame.ts";
import { type DataSink, openSink } from "./data_sink.ts";
import type { Received } from "./sendable.ts";

/** The frame that opens a transfer. */
export type OpenFrame = Extract<DataFrame, { kind: "open" }>;

/** A large transfer that is arriving. */
export interface Receiving {
  /** Which of this peer's transfers. */
  readonly id: number;
  /** Of a File. */
  readonly name?: string;
  /** MIME type of a Blob that has one. */
  readonly type?: string;
  /** Bytes so far. */
  readonly bytes: number;
  /** Bytes in all; undefined for a stream. */
  readonly total: number | undefined;
  /** Why it was given up: there will be no more of it. */
  readonly failure?: unknown;
}

/** What an {@linkcode IncomingTransfer} asks for and tells. */
export interface IncomingWatch {
  /** It wants this sent. */
  tell(frame: DataFrame): void;
  onReceiving(receiving: Receiving): void;
  /** Whoever read its stream reads no more. */
  onCancelled(reason: unknown): void;
  nowMs(): number;
}

/** Grants are that large at least, lest they be many. */
const MIN_GRANT_BYTES = WINDOW_BYTES / 4;
const REPORT_MS = 100;

/** See the head of this file. */
export class IncomingTransfer {
  readonly opening: OpenFrame;
  readonly #watch: IncomingWatch;
  readonly #sink: DataSink;
  /** What the sender may still send. */
  #credit = WINDOW_BYTES;
  #bytes = 0;
  #reportedAtMs = -Infinity;
  #isOver = false;

  constructor(opening: OpenFrame, watch: IncomingWatch) {
    this.opening = opening;
    this.#watch = watch;
    this.#sink = openSink({ ...opening, form: opening.head.form }, {
      onRead: () => this.#grant(),
      onCancelled: watch.onCancelled,
    });
  }

  /** A stream's, which is there from the beginning. */
  get stream(): ReadableStream<Uint8Array> | undefined {
    return this.#sink.stream;
  }

  /** Takes its next bytes; false when they are more than was granted or announced. */
  take(bytes: Uint8Array): boolean {
    this.#bytes += bytes.length;
    this.#credit -= bytes.length + DATA_FRAME_COST_BYTES;
    if (this.#credit < 0 || this.#bytes > (this.opening.total ?? Infinity)) {
      return false;
    }
    this.#sink.write(bytes);
    this.#grant();
    const nowMs = this.#watch.nowMs();
    if (nowMs - this.#reportedAtMs >= REPORT_MS) {
      this.#reportedAtMs = nowMs;
      this.#report();
    }
    return true;
  }

  /** All of it; undefined when it is not what was announced. */
  end(): Received | undefined {
    const { id, total } = this.opening;
    if (this.#bytes !== (total ?? this.#bytes)) return undefined;
    this.#isOver = true;
    const received = this.#sink.end();
    if (received === undefined) return undefined;
    this.#watch.tell({ kind: "done", id });
    this.#report();
    return received;
  }

  /** Gives it up; whoever reads its stream learns the reason. */
  fail(reason: unknown): void {
    this.#isOver = true;
    this.#sink.fail(reason);
    this.#report({ failure: reason });
  }

  #grant(): void {
    const byteCount = WINDOW_BYTES - this.#credit - this.#sink.unreadBytes();
    if (this.#isOver || byteCount < MIN_GRANT_BYTES) return;
    this.#credit += byteCount;
    this.#watch.tell({ kind: "credit", id: this.opening.id, byteCount });
  }

  #report(failure?: { failure: unknown }): void {
    const { id, total, label } = this.opening;
    const [type, name] = label.split("\0");
    this.#watch.onReceiving({
      id,
      ...(name !== undefined && { name }),
      ...(type && { type }),
      bytes: this.#bytes,
      total,
      ...failure,
    });
  }
}
