/**
 * What goes over a data link: kind u8 | transfer u32 | payload, big-endian.
 * Transfers are numbered by their sender; `credit`, `done` and `cancel` name one
 * of the side that gets them, the other kinds one of the side that sends them.
 */

/** Bytes of a frame at most: what every WebRTC implementation takes. */
export const MAX_FRAME_BYTES = 65_536;
/** Bytes before the payload. */
export const FRAME_HEADER_BYTES = 5;
/** Bytes of a transfer that may be sent before the receiver grants more. */
export const WINDOW_BYTES = 1024 * 1024;
/** What a frame of data costs besides its bytes, lest many tiny ones fill the memory. */
export const DATA_FRAME_COST_BYTES = 256;

const KINDS = [
  "whole",
  "open",
  "data",
  "end",
  "abort",
  "credit",
  "done",
  "cancel",
] as const;
const PURPOSES = ["message", "request", "answer"] as const;
const FORMS = ["json", "binary", "blob", "stream"] as const;

/** Characters of a reason that are told. */
const MAX_REASON_CHARACTERS = 256;
const HEAD_BYTES = 6;
/** Bytes of a `whole` before its data. */
export const WHOLE_HEADER_BYTES = FRAME_HEADER_BYTES + HEAD_BYTES;
const TOTAL_BYTES = 8;
/** On the wire, a total that the sender does not know. */
const UNKNOWN_TOTAL = -1;

/** How data is to be put together again. */
export type DataForm = typeof FORMS[number];

/** What a transfer is for. */
export interface DataHead {
  readonly purpose: typeof PURPOSES[number];
  readonly form: DataForm;
  /** Of an answer, the request's transfer; else 0. */
  readonly requestId: number;
}

/** One message of the data channel. */
export type DataFrame =
  & { readonly id: number }
  & (
    /** All of a small transfer. */
    | {
      readonly kind: "whole";
      readonly head: DataHead;
      readonly bytes: Uint8Array;
    }
    /** A transfer begins. */
    | {
      readonly kind: "open";
      readonly head: DataHead;
      readonly total: number | undefined;
      /** MIME type, and of a file NUL and its name. */
      readonly label: string;
    }
    /** Its next bytes. */
    | { readonly kind: "data"; readonly bytes: Uint8Array }
    /** All of it was sent; the receiver has all of it. */
    | { readonly kind: "end" | "done" }
    /** The sender gives it up; the receiver does. */
    | { readonly kind: "abort" | "cancel"; readonly reason: string }
    /** The receiver takes so many more bytes. */
    | { readonly kind: "credit"; readonly byteCount: number }
  );

/** A frame, undefined for one of a kind that a newer version may have, or what is wrong. */
export type DecodedFrame =
  | { readonly ok: true; readonly value: DataFrame | undefined }
  | { readonly ok: false; readonly reason: string };

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The bytes of a frame, its data copied. */
export function encodeFrame(frame: DataFrame): Uint8Array<ArrayBuffer> {
  const parts = payloadOf(frame);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + length);
  bytes[0] = KINDS.indexOf(frame.kind);
  new DataView(bytes.buffer).setUint32(1, frame.id);
  let offset = FRAME_HEADER_BYTES;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function payloadOf(frame: DataFrame): readonly Uint8Array[] {
  switch (frame.kind) {
    case "whole":
      return [encodeHead(frame.head), frame.bytes];
    case "open":
      return [
        encodeHead(frame.head),
        encodeTotal(frame.total ?? UNKNOWN_TOTAL),
        encoder.encode(frame.label),
      ];
    case "data":
      return [frame.bytes];
    case "credit": {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, frame.byteCount);
      return [bytes];
    }
    case "abort":
    case "cancel":
      return [encoder.encode(frame.reason.slice(0, MAX_REASON_CHARACTERS))];
    default:
      return [];
  }
}

function encodeHead({ purpose, form, requestId }: DataHead): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES);
  bytes[0] = PURPOSES.indexOf(purpose);
  bytes[1] = FORMS.indexOf(form);
  new DataView(bytes.buffer).setUint32(2, requestId);
  return bytes;
}

function encodeTotal(total: number): Uint8Array {
  const bytes = new Uint8Array(TOTAL_BYTES);
  new DataView(bytes.buffer).setFloat64(0, total);
  return bytes;
}

/** Reads what another side sent; its data are views of `bytes`. Never throws. */
export function decodeFrame(bytes: Uint8Array): DecodedFrame {
  if (bytes.length < FRAME_HEADER_BYTES || bytes.length > MAX_FRAME_BYTES) {
    return malformed(`its length is ${bytes.length} bytes`);
  }
  const kind = KINDS[bytes[0]!];
  if (kind === undefined) return { ok: true, value: undefined };
  const id = viewOf(bytes).getUint32(1);
  const fields = fieldsOf(kind, bytes.subarray(FRAME_HEADER_BYTES));
  return fields === undefined
    ? malformed(`its ${kind} is malformed`)
    : { ok: true, value: { id, kind, ...fields } as DataFrame };
}

function malformed(detail: string): DecodedFrame {
  return { ok: false, reason: `Cannot decode frame: ${detail}` };
}

/** What a kind has besides its id; undefined when the payload is not such. */
function fieldsOf(
  kind: DataFrame["kind"],
  payload: Uint8Array,
): object | undefined {
  switch (kind) {
    case "whole": {
      const head = decodeHead(payload);
      return head && { head, bytes: payload.subarray(HEAD_BYTES) };
    }
    case "open":
      return decodeOpen(payload);
    case "data":
      return { bytes: payload };
    case "credit":
      return payload.length === 4
        ? { byteCount: viewOf(payload).getUint32(0) }
        : undefined;
    case "abort":
    case "cancel":
      return {
        reason: decoder.decode(payload).slice(0, MAX_REASON_CHARACTERS),
      };
    default:
      return payload.length === 0 ? {} : undefined;
  }
}

function decodeHead(payload: Uint8Array): DataHead | undefined {
  const purpose = PURPOSES[payload[0]!];
  const form = FORMS[payload[1]!];
  if (payload.length < HEAD_BYTES || !purpose || !form) return undefined;
  return { purpose, form, requestId: viewOf(payload).getUint32(2) };
}

function decodeOpen(payload: Uint8Array): object | undefined {
  const head = decodeHead(payload);
  const labelAt = HEAD_BYTES + TOTAL_BYTES;
  if (head === undefined || payload.length < labelAt) return undefined;
  const total = viewOf(payload).getFloat64(HEAD_BYTES);
  const isKnown = Number.isSafeInteger(total) && total >= 0;
  // Only of a stream it may be unknown: the others are bounded by it.
  if (!isKnown && (total !== UNKNOWN_TOTAL || head.form !== "stream")) {
    return undefined;
  }
  return {
    head,
    total: isKnown ? total : undefined,
    label: decoder.decode(payload.subarray(labelAt)),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
