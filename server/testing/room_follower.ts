/** Follows a room at one node, coming back as clients do, and remembers every stream. */

import { StreamReader } from "./stream_reader.ts";

const RETRY_MS = 300;

/** A subscriber; ends with `await using`. */
export class RoomFollower implements AsyncDisposable {
  /** All streams that it opened, the last one open or about to be. */
  readonly streams: StreamReader[] = [];
  /** What has come by any of them. */
  readonly bodies = new Set<string>();
  readonly #node: { readonly origin: string };
  readonly #path: string;
  readonly #onNews: () => void;
  readonly #done: Promise<void>;
  #isOver = false;

  constructor(
    node: { readonly origin: string },
    { path, onNews }: { path: string; onNews: () => void },
  ) {
    this.#node = node;
    this.#path = path;
    this.#onNews = onNews;
    this.#done = this.#follow();
  }

  /** What came more than once by one stream. */
  get repeated(): string[] {
    return this.streams.flatMap(({ messages }) => {
      const bodies = messages.map(({ data }) => data);
      return bodies.filter((body, i) => bodies.indexOf(body) !== i);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.streams.at(-1)?.[Symbol.asyncDispose]();
    await this.#done;
  }

  async #follow(): Promise<void> {
    while (!this.#isOver) {
      await this.#read().catch(() => {}); // nobody is there
      if (!this.#isOver) {
        await new Promise((done) => setTimeout(done, RETRY_MS));
      }
    }
  }

  async #read(): Promise<void> {
    const query = "?since=60";
    const reader = await StreamReader.open(this.#node, this.#path, query);
    this.streams.push(reader);
    if (this.#isOver) await reader[Symbol.asyncDispose]();
    this.#onNews();
    for (let count = 0;;) {
      const { length } = await reader.until(count + 1);
      for (const { data } of reader.messages.slice(count)) {
        this.bodies.add(data);
      }
      this.#onNews();
      if (length === count) return;
      count = length;
    }
  }
}
