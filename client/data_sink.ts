/** Where the bytes of an incoming transfer go until it is whole. */

import {
  DATA_FRAME_COST_BYTES,
  type DataForm,
  WINDOW_BYTES,
} from "./data_frame.ts";
import type { JsonValue, Received } from "./sendable.ts";

/** Takes bytes, which may be views of something larger. */
export interface DataSink {
  /** Of a stream. */
  readonly stream?: ReadableStream<Uint8Array>;
  write(bytes: Uint8Array): void;
  /** What they make; undefined when they make nothing. */
  end(): Received | undefined;
  fail(reason: unknown): void;
  /** Bytes that nobody has read yet. */
  unreadBytes(): number;
}

/** What the reader of a stream does. */
interface StreamWatch {
  onRead(): void;
  onCancelled(reason: unknown): void;
}

function costOf(bytes: Uint8Array): number {
  return bytes.length + DATA_FRAME_COST_BYTES;
}

/** Parts of a Blob are put together at this size: the browser may keep it on disk then. */
const BLOB_PART_BYTES = WINDOW_BYTES;

/** Opens what suits the form of the data. */
export function openSink(
  { form, total, label }: {
    form: DataForm;
    total: number | undefined;
    label: string;
  },
  watch: StreamWatch,
): DataSink {
  if (form === "stream") return streamSink(watch);
  return form === "blob" ? blobSink(label) : memorySink(form, total!);
}

/** The value of bytes that are all there; undefined when they are not of that form. */
export function decodeValue(
  form: DataForm,
  bytes: Uint8Array<ArrayBuffer>,
): JsonValue | ArrayBuffer | undefined {
  if (form === "binary") return bytes.buffer;
  if (form !== "json") return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function memorySink(form: DataForm, total: number): DataSink {
  const all = new Uint8Array(total);
  let length = 0;
  return {
    write(bytes) {
      all.set(bytes, length);
      length += bytes.length;
    },
    end: () => decodeValue(form, all),
    fail() {},
    unreadBytes: () => 0,
  };
}

function blobSink(label: string): DataSink {
  const parts: Blob[] = [];
  let recent: Uint8Array<ArrayBuffer>[] = [];
  let recentBytes = 0;
  const fold = () => {
    parts.push(new Blob(recent));
    recent = [];
    recentBytes = 0;
  };
  return {
    write(bytes) {
      recent.push(bytes as Uint8Array<ArrayBuffer>);
      recentBytes += costOf(bytes);
      if (recentBytes >= BLOB_PART_BYTES) fold();
    },
    end() {
      fold();
      const [type, name] = label.split("\0");
      return name === undefined
        ? new Blob(parts, { type: type! })
        : new File(parts, name, { type: type! });
    },
    fail() {},
    unreadBytes: () => 0,
  };
}

function streamSink({ onRead, onCancelled }: StreamWatch): DataSink {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({
    start: (its) => {
      controller = its;
    },
    pull: onRead,
    cancel: onCancelled,
  }, { highWaterMark: WINDOW_BYTES, size: costOf });
  return {
    stream,
    write: (bytes) => controller.enqueue(bytes),
    end() {
      controller.close();
      return stream;
    },
    fail: (reason) => controller.error(reason),
    unreadBytes: () => WINDOW_BYTES - (controller.desiredSize ?? 0),
  };
}
