/** Server-sent events out of text that arrives in pieces (WHATWG HTML, section 9.2.6). */

/** One event. */
export interface StreamEvent {
  /** Its name; undefined for a message. */
  readonly event: string | undefined;
  /** Its own id, not that of an event before. */
  readonly id: string | undefined;
  readonly data: string;
}

/** What a parser finds. */
export interface StreamEventListener {
  onEvent(event: StreamEvent): void;
  onRetry(retryMs: number): void;
}

/** Characters of an event: a post has at most 1,024 bytes, a quote is short. */
const MAX_CHARACTERS = 16 * 1024;
/** A CR at the end may be half a CRLF. */
const LINE_END = /\r\n|\n|\r(?!$)/;
const FIELD = /^(data|event|id|retry)(?:: ?(.*))?$/s;

/** Reads one stream from its beginning. */
export class EventStreamParser {
  readonly #listener: StreamEventListener;
  #rest = "";
  #event: string | undefined;
  #id: string | undefined;
  #data: string | undefined;

  constructor(listener: StreamEventListener) {
    this.#listener = listener;
  }

  /** Throws RangeError when an event is longer than any of a node. */
  feed(text: string): void {
    const lines = (this.#rest + text).split(LINE_END);
    this.#rest = lines.pop()!;
    for (const line of lines) this.#readLine(line);
    if (this.#rest.length + (this.#data?.length ?? 0) > MAX_CHARACTERS) {
      throw new RangeError(`An event is longer than ${MAX_CHARACTERS}`);
    }
  }

  #readLine(line: string): void {
    if (line === "") return this.#dispatch();
    const [, field, value = ""] = FIELD.exec(line) ?? [];
    switch (field) {
      case "data":
        this.#data = this.#data === undefined
          ? value
          : `${this.#data}\n${value}`;
        break;
      case "event":
        this.#event = value || undefined;
        break;
      case "id":
        if (!value.includes("\0")) this.#id = value;
        break;
      case "retry":
        if (/^\d+$/.test(value)) this.#listener.onRetry(Number(value));
    }
  }

  #dispatch(): void {
    const event = this.#event;
    const id = this.#id;
    const data = this.#data;
    this.#event = this.#id = this.#data = undefined;
    if (data !== undefined) this.#listener.onEvent({ event, id, data });
  }
}
