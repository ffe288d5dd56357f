/** Server-sent events as bytes (WHATWG HTML, section 9.2.6). Pure. */

const LF = 0x0a;
const utf8 = new TextEncoder();
const text = new TextDecoder("utf-8", { ignoreBOM: true });
const DATA = utf8.encode("data: ");

/**
 * A message: a plain event with `id:` and one `data: ` line per line of the
 * post, so that the reader gets the post back as sent. The post must hold
 * neither CR nor NUL, which the format cannot carry.
 */
export function encodeMessage(id: string, post: Uint8Array): Uint8Array {
  const head = utf8.encode(`id: ${id}\n`);
  let lines = 1;
  for (const byte of post) if (byte === LF) lines++;
  const event = new Uint8Array(
    head.length + lines * DATA.length + post.length + 2,
  );
  event.set(head);
  let at = head.length;
  let from = 0;
  for (let line = 0; line < lines; line++) {
    const end = post.indexOf(LF, from);
    const to = end < 0 ? post.length : end;
    event.set(DATA, at);
    event.set(post.subarray(from, to), at + DATA.length);
    at += DATA.length + to - from;
    event[at++] = LF;
    from = to + 1;
  }
  event[at] = LF;
  return event;
}

/** The post in a message of {@linkcode encodeMessage}: held once, it is read again when a link is told it. */
export function decodeMessage(event: Uint8Array): string {
  const lines = text.decode(event).split("\n");
  return lines.slice(1, -2).map((line) => line.slice(DATA.length)).join("\n");
}

/** A named event with JSON as data, and after how long to reconnect if the stream ends. */
export function encodeEvent(
  name: string,
  data: unknown,
  { retryMs }: { retryMs?: number } = {},
): Uint8Array {
  const retry = retryMs === undefined ? "" : `retry: ${retryMs}\n`;
  return utf8.encode(
    `${retry}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`,
  );
}

/** Only after how long to reconnect when the stream ends. */
export function encodeRetry(retryMs: number): Uint8Array {
  return utf8.encode(`retry: ${retryMs}\n\n`);
}
