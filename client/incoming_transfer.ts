/** One thing on its way in: put together, and taken only as fast as it is read. */

import {
  DATA_FRAME_COST_BYTES,
  type DataHead,
  parseJson,
  WINDOW_BYTES,
} from "./data_frame.ts";
import type { JsonValue, Received } from "./sendable.ts";

/** What an {@linkcode IncomingTransfer} asks of its link. */
interface IncomingWatch {
  /** So many more bytes may be sent. */
  onCredit(byteCount: number): void;
  /** Whoever read its stream reads no more. */
  onCancel(reason: unknown): void;
}

/** Grants are as large at least, lest they be many. */
const MIN_GRANT_BYTES = WINDOW_BYTES / 4;
/** Parts of a Blob are put together at this size: the browser may keep it on disk then. */
const BLOB_PART_BYTES = WINDOW_BYTES;

/** See the head of this file. */
export class IncomingTransfer {
  readonly head: DataHead;
  /** Data of that form, from the beginning. */
  readonly stream: ReadableStream<Uint8Array> | undefined;
  /** Bytes so far. */
  bytes = 0;
  /** Whether that was all of them. */
  isWhole: boolean;
  reportedAtMs = -Infinity;
  readonly #watch: IncomingWatch;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly #blobs: Blob[] = [];
  #recent: Uint8Array<ArrayBuffer>[] = [];
  #recentCost = 0;
  /** What the sender may still send. */
  #credit = WINDOW_BYTES;

  constructor(head: DataHead, watch: IncomingWatch) {
    this.head = head;
    this.isWhole = head.total === 0;
    this.#watch = watch;
    if (head.form === "stream") this.stream = this.#openStream();
  }

  /** Takes its next bytes; false when they are not what was granted and announced. */
  take(bytes: Uint8Array<ArrayBuffer>): boolean {
    const { total = Infinity } = this.head;
    const cost = costOf(bytes);
    this.bytes += bytes.length;
    this.#credit -= cost;
    if (this.isWhole || this.bytes > total || this.#credit < 0) return false;
    this.isWhole = this.bytes === total;
    if (bytes.length === 0) return this.isWhole = this.stream !== undefined;
    if (this.#controller) this.#controller.enqueue(bytes);
    else {
      this.#recent.push(bytes);
      this.#recentCost += cost;
      if (this.#recentCost >= BLOB_PART_BYTES) this.#fold();
    }
    this.#grant();
    return true;
  }

  /** All of it, of a stream its end; undefined when it is not of its form. */
  async end(): Promise<Received | undefined> {
    this.#controller?.close();
    if (this.stream) return this.stream;
    this.#fold();
    const { form, type = "", name } = this.head;
    if (name !== undefined) return new File(this.#blobs, name, { type });
    const blob = new Blob(this.#blobs, { type });
    return form === "blob"
      ? blob
      : decodeData(form, new Uint8Array(await blob.arrayBuffer()));
  }

  /** Tells whoever reads its stream that there is no more of it. */
  fail(reason: unknown): void {
    this.#controller?.error(reason);
  }

  #openStream(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#grant(),
      cancel: (reason) => this.#watch.onCancel(reason),
    }, { highWaterMark: WINDOW_BYTES, size: costOf });
  }

  #fold(): void {
    this.#blobs.push(new Blob(this.#recent));
    this.#recent = [];
    this.#recentCost = 0;
  }

  /** Grants what was taken and read. */
  #grant(): void {
    const room = this.#controller?.desiredSize ?? WINDOW_BYTES;
    const byteCount = room - this.#credit;
    if (byteCount < MIN_GRANT_BYTES) return;
    this.#credit += byteCount;
    this.#watch.onCredit(byteCount);
  }
}

/** What bytes that are all there mean; undefined when they are not of that form. */
export function decodeData(
  form: DataHead["form"],
  bytes: Uint8Array<ArrayBuffer>,
): JsonValue | ArrayBuffer | undefined {
  return form === "binary"
    ? bytes.slice().buffer
    : parseJson(bytes) as JsonValue | undefined;
}

function costOf(bytes: Uint8Array): number {
  return bytes.length + DATA_FRAME_COST_BYTES;
}
