/** Just enough HTTP/1.1 of a client: requests as bytes, answers out of bytes. */

const utf8 = new TextEncoder();
const latin1 = new TextDecoder("latin1");
const CR = 0x0d;
const LF = 0x0a;
const NOTHING = new Uint8Array();

/** A request, with `Content-Length` where there is a body. */
export function encodeRequest(
  target: string,
  { method = "GET", host, headers = {}, body }: {
    method?: string;
    host: string;
    headers?: Readonly<Record<string, string>>;
    /** ASCII. */
    body?: string;
  },
): Uint8Array<ArrayBuffer> {
  let head = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  if (body === undefined) return utf8.encode(`${head}\r\n`);
  return utf8.encode(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
}

/** An answer; `body` is as it came, chunk sizes included. */
export interface RawAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Finds the ends of answers on one connection. Throws at what is no HTTP/1.1 answer. */
export class AnswerReader {
  #held: Uint8Array = NOTHING;

  /** Takes bytes as they come; tells every answer that they complete. */
  read(bytes: Uint8Array, onAnswer: (answer: RawAnswer) => void): void {
    let rest = this.#held.length === 0 ? bytes : concat(this.#held, bytes);
    while (rest.length > 0) {
      const end = headEnd(rest);
      if (end < 0) break;
      const { status, bodyLength } = readHead(rest.subarray(0, end));
      const body = rest.subarray(end);
      const length = bodyLength === "chunked"
        ? chunkedLength(body)
        : bodyLength;
      if (length < 0 || length > body.length) break;
      onAnswer({ status, body: body.subarray(0, length) });
      rest = body.subarray(length);
    }
    // Copied: the caller reuses the buffer.
    this.#held = rest.length === 0 ? NOTHING : rest.slice();
  }
}

/** Position after the empty line, or -1. */
function headEnd(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 2] === CR && bytes[at + 3] === LF) return at + 4;
  }
  return -1;
}

function readHead(
  bytes: Uint8Array,
): { status: number; bodyLength: number | "chunked" } {
  const head = latin1.decode(bytes);
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (!(status >= 100)) {
    throw new Error(`This is no HTTP answer: ${head.slice(0, 40)}`);
  }
  if (length !== undefined) return { status, bodyLength: Number(length) };
  const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head);
  return { status, bodyLength: isChunked ? "chunked" : 0 };
}

/** Length of a chunked body with all its framing, or -1 while it is not whole. */
function chunkedLength(body: Uint8Array): number {
  let at = 0;
  while (true) {
    const lineEnd = body.indexOf(LF, at);
    if (lineEnd < 0) return -1;
    const size = parseInt(latin1.decode(body.subarray(at, lineEnd)), 16);
    if (Number.isNaN(size)) throw new Error("A chunk has no size.");
    at = lineEnd + 1 + size + 2; // nobody here sends trailers
    if (at > body.length) return -1;
    if (size === 0) return at;
  }
}

/** Joins two pieces. */
export function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
