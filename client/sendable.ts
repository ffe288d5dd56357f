/** What may be sent over a data link, and how it is read for sending. */

import type { DataForm } from "./data_frame.ts";

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

/** Data on their way out: bytes that are there, then those of the reader. */
export interface DataSource {
  readonly form: DataForm;
  readonly total: number | undefined;
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly reader?: ReadableStreamDefaultReader<Uint8Array>;
}

/** What other implementations bound a name to as well. */
const MAX_NAME_CHARACTERS = 255;
const NO_BYTES = new Uint8Array();

/** Opens data for reading. Throws TypeError for what cannot be sent. */
export function openSource(data: Sendable): DataSource {
  if (data instanceof Blob) {
    const reader = data.stream().getReader();
    const label = data.type.slice(0, MAX_NAME_CHARACTERS) +
      (data instanceof File
        ? `\0${data.name.slice(0, MAX_NAME_CHARACTERS)}`
        : "");
    return { form: "blob", total: data.size, label, bytes: NO_BYTES, reader };
  }
  if (data instanceof ReadableStream) {
    const reader = data.getReader();
    return {
      form: "stream",
      total: undefined,
      label: "",
      bytes: NO_BYTES,
      reader,
    };
  }
  const isView = ArrayBuffer.isView(data);
  if (isView || data instanceof ArrayBuffer) {
    const bytes = isView
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    return { form: "binary", total: bytes.length, label: "", bytes };
  }
  const text: string | undefined = JSON.stringify(data);
  if (text === undefined) {
    throw new TypeError(
      `Cannot send ${typeof data}: send JSON, bytes, a Blob or a ReadableStream`,
    );
  }
  const bytes = new TextEncoder().encode(text);
  return { form: "json", total: bytes.length, label: "", bytes };
}
