/**
 * What goes over a data link: kind u8 | transfer u32 | length of meta u16 | meta, as
 * JSON | bytes; big-endian. Transfers are numbered by their sender. `open`, `data`
 * and `abort` are of that side, `credit` and `over` of the other one. `hello` and
 * `ack` are of no transfer.
 */

/** Bytes of a frame at most: what every WebRTC implementation takes. */
export const MAX_FRAME_BYTES = 65_536;
/** Bytes before the meta. */
export const FRAME_HEADER_BYTES = 7;
/** Bytes of data in a frame at most: there is room for the head besides. */
export const FRAME_DATA_BYTES: number = MAX_FRAME_BYTES - FRAME_HEADER_BYTES -
  128;
/** Bytes of a transfer that may be sent before the receiver grants more. */
export const WINDOW_BYTES = 1024 * 1024;
/** What a frame of data costs besides its bytes, lest many tiny ones fill the memory. */
export const DATA_FRAME_COST_BYTES = 256;

const KINDS = [
  "open",
  "data",
  "abort",
  "credit",
  "over",
  "hello",
  "ack",
] as const;
const FORMS = ["json", "binary", "blob", "stream"] as const;

/** One message of the data channel. */
export interface DataFrame {
  /**
   * - `open`: a transfer begins. Meta is its {@linkcode DataHead}; JSON and binary
   *   data may be all in this frame, and then nothing follows either way.
   * - `data`: its next bytes; none: a stream's end.
   * - `abort`: the sender gives it up. Meta is the reason.
   * - `credit`: the receiver takes so many more bytes.
   * - `over`: the receiver has all of it, or takes no more, of a request also: it
   *   gets no answer. Then meta is the reason.
   * - `hello`: the first of a channel. Meta is the id of the sender's stream of
   *   frames, that of the other's if known, else null, and how many of that have
   *   been received; neither `hello` nor `ack` counts.
   * - `ack`: so many have been received, says meta.
   *
   * Undefined: a kind that a newer version may have.
   */
  readonly kind: typeof KINDS[number] | undefined;
  readonly id: number;
  readonly meta?: unknown;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is known of a transfer when it begins. */
export interface DataHead {
  readonly form: typeof FORMS[number];
  /** Bytes; of all but streams. */
  readonly total?: number | undefined;
  /** MIME type of a Blob. */
  readonly type?: string | undefined;
  /** A File's. */
  readonly name?: string | undefined;
  /** Whether an answer is wanted. */
  readonly isRequest?: boolean | undefined;
  /** The request that this answers. */
  readonly answerTo?: number | undefined;
}

const encoder = new TextEncoder();
export const NO_BYTES: Uint8Array<ArrayBuffer> = new Uint8Array();

/** The bytes of a frame, its data copied. */
export function encodeFrame(
  { kind, id = 0, meta, bytes = NO_BYTES }: Partial<DataFrame>,
): Uint8Array<ArrayBuffer> {
  const text = encoder.encode(JSON.stringify(meta));
  const bytesAt = FRAME_HEADER_BYTES + text.length;
  const frame = new Uint8Array(bytesAt + bytes.length);
  const view = new DataView(frame.buffer);
  frame[0] = KINDS.indexOf(kind!);
  view.setUint32(1, id);
  view.setUint16(5, text.length);
  frame.set(text, FRAME_HEADER_BYTES);
  frame.set(bytes, bytesAt);
  return frame;
}

/** Reads what another side sent, undefined when it is no frame; its bytes are a view. */
export function decodeFrame(
  frame: Uint8Array<ArrayBuffer>,
): DataFrame | undefined {
  const { length } = frame;
  if (length < FRAME_HEADER_BYTES || length > MAX_FRAME_BYTES) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset);
  const bytesAt = FRAME_HEADER_BYTES + view.getUint16(5);
  const text = frame.subarray(FRAME_HEADER_BYTES, bytesAt);
  const meta = text.length > 0 ? parseJson(text) : null;
  if (bytesAt > length || meta === undefined) return undefined;
  return {
    kind: KINDS[frame[0]!],
    id: view.getUint32(1),
    meta,
    bytes: frame.subarray(bytesAt),
  };
}

/** The meta of an `open`; undefined when it is no such. */
export function parseHead(meta: unknown): DataHead | undefined {
  const head = Object(meta) as DataHead;
  const { form, total, type = "", name = "" } = head;
  const isBounded = Number.isSafeInteger(total) && total! >= 0;
  return FORMS.includes(form) && isBounded !== (form === "stream") &&
      typeof type === "string" && typeof name === "string"
    ? head
    : undefined;
}

/** The value of JSON that another side sent; undefined when it is none. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
