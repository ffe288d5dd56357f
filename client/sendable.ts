/** What may be sent over a data link and what arrives, and how it is read for sending. */

import { type DataHead, NO_BYTES } from "./data_frame.ts";

/** What JSON can say. Members that are undefined are left out, as JSON does. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** What a peer can be sent. A view arrives as an ArrayBuffer of its bytes. */
export type Sendable =
  | JsonValue
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | ReadableStream<Uint8Array>;

/** What a peer's data arrive as. A File arrives as one, with its name and type. */
export type Received =
  | JsonValue
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>;

/** How far a transfer has come. */
export interface TransferProgress {
  /** Bytes so far. */
  readonly bytes: number;
  /** Bytes in all; undefined for a stream. */
  readonly total: number | undefined;
}

/** Options of sending to a peer. */
export interface SendOptions {
  /** Gives the transfer up, on both sides. */
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes go out. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** Data on their way out: bytes that are there, or what has to be read. */
export interface DataSource {
  readonly head: DataHead;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly reader?: ReadableStreamDefaultReader<Uint8Array>;
}

/** Opens data for reading, as bytes if they are few. Throws TypeError for what cannot be sent. */
export function openSource(data: Sendable, maxBytes: number): DataSource {
  if (data instanceof ReadableStream) {
    return {
      head: { form: "stream" },
      bytes: NO_BYTES,
      reader: data.getReader(),
    };
  }
  if (data instanceof Blob) {
    const { size, type, name } = data as File; // a Blob has no name
    return {
      head: { form: "blob", total: size, type: type || undefined, name },
      bytes: NO_BYTES,
      reader: data.stream().getReader(),
    };
  }
  const binary = bytesOf(data);
  const bytes = binary ?? new TextEncoder().encode(toJson(data));
  const form = binary ? "binary" : "json";
  const head: DataHead = { form, total: bytes.length };
  return bytes.length <= maxBytes
    ? { head, bytes }
    : { head, bytes: NO_BYTES, reader: new Blob([bytes]).stream().getReader() };
}

function bytesOf(data: Sendable): Uint8Array<ArrayBuffer> | undefined {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (!ArrayBuffer.isView(data)) return undefined;
  const { buffer, byteOffset, byteLength } = data;
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

function toJson(data: unknown): string {
  const text: string | undefined = JSON.stringify(data);
  if (text === undefined) {
    throw new TypeError(`Cannot send a ${typeof data}: it is not JSON`);
  }
  return text;
}
