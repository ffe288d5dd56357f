/** HTTP/2 frame by frame (RFC 9113): says what no client would. */

/** Types of frames. */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags of frames; both mean something to HEADERS. */
export const FLAG = { endStream: 1, endHeaders: 4 } as const;
/** Flags of a request without a body. */
export const WHOLE: number = FLAG.endStream | FLAG.endHeaders;

/** A frame, as it came. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

const FRAME_HEAD_BYTES = 9;
const utf8 = new TextEncoder();

/** A frame as bytes. */
export function encodeFrame(
  { type, flags = 0, stream = 0, payload = new Uint8Array() }:
    & Partial<Frame>
    & Pick<Frame, "type">,
): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEAD_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, payload.length << 8 | type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  bytes.set(payload, FRAME_HEAD_BYTES);
  return bytes;
}

/** Header fields as literals without indexing (RFC 7541, section 6.2.2). */
export function encodeFields(
  fields: readonly (readonly [string, string])[],
): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([name, value]) => [0, ...literal(name), ...literal(value)]),
  );
}

/** Fields of a request to a node, others after them. */
export function encodeRequest(
  { origin }: { origin: string },
  { method = "GET", path, more = [] }: {
    method?: string;
    path: string;
    more?: readonly (readonly [string, string])[];
  },
): Uint8Array {
  const { host } = new URL(origin);
  return encodeFields([
    [":method", method],
    [":path", path],
    [":scheme", "https"],
    [":authority", host],
    ...more,
  ]);
}

/** An integer of a 7-bit prefix (section 5.1), then the text. */
function literal(text: string): number[] {
  const bytes = utf8.encode(text);
  if (bytes.length < 127) return [bytes.length, ...bytes];
  const length = [127];
  let rest = bytes.length - 127;
  for (; rest > 127; rest >>= 7) length.push(rest & 127 | 128);
  return [...length, rest, ...bytes];
}

/** Bytes behind each other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A connection that has said its preface and settings. */
export class Http2Wire {
  readonly #connection: Deno.TlsConn;
  #unread = new Uint8Array();

  private constructor(connection: Deno.TlsConn) {
    this.#connection = connection;
  }

  static async dial(
    { port, caCert }: { port: number; caCert: string },
    settings = new Uint8Array(),
  ): Promise<Http2Wire> {
    const connection = await Deno.connectTls({
      ...{ hostname: "localhost", port, caCerts: [caCert] },
      alpnProtocols: ["h2"],
    });
    const wire = new Http2Wire(connection);
    await wire.send(
      utf8.encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      encodeFrame({ type: FRAME.settings, payload: settings }),
    );
    return wire;
  }

  async send(...frames: Uint8Array[]): Promise<void> {
    const bytes = joined(frames);
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }

  /** The next frame, or undefined when the node has ended the connection. */
  async next(): Promise<Frame | undefined> {
    while (true) {
      const frame = this.#take();
      if (frame !== undefined) return frame;
      const buffer = new Uint8Array(65536);
      const length = await this.#connection.read(buffer).catch(() => null);
      if (length === null) return undefined;
      this.#unread = joined([this.#unread, buffer.subarray(0, length)]);
    }
  }

  /** The next frame of a type; what comes before it is thrown away. */
  async nextOf(...types: number[]): Promise<Frame | undefined> {
    while (true) {
      const frame = await this.next();
      if (frame === undefined || types.includes(frame.type)) return frame;
    }
  }

  close(): void {
    try {
      this.#connection.close();
    } catch { /* closed by the other side */ }
  }

  #take(): Frame | undefined {
    const bytes = this.#unread;
    if (bytes.length < FRAME_HEAD_BYTES) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const end = FRAME_HEAD_BYTES + (view.getUint32(0) >>> 8);
    if (bytes.length < end) return undefined;
    this.#unread = bytes.subarray(end);
    return {
      type: view.getUint8(3),
      flags: view.getUint8(4),
      stream: view.getUint32(5),
      payload: bytes.subarray(FRAME_HEAD_BYTES, end),
    };
  }
}
