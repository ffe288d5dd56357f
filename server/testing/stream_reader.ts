/** Reads an event stream as it comes, duplicates included. */

import { createParser } from "eventsource-parser";
import type { Dialled } from "./honest_client.ts";

/** A message as it was read. */
export interface ReadMessage {
  readonly id: string;
  readonly data: string;
}

/** One stream on a room. */
export class StreamReader implements AsyncDisposable {
  /** All messages so far, in order. */
  readonly messages: ReadMessage[] = [];
  readonly #abort = new AbortController();
  #isOver = false;
  #wake = () => {};
  #done: Promise<void> = Promise.resolve();

  /** Resolves when the stream is open. */
  static async open(
    { origin }: Pick<Dialled, "origin">,
    path: string,
    query = "",
  ): Promise<StreamReader> {
    const reader = new StreamReader();
    const response = await fetch(origin + path + query, {
      headers: { accept: "text/event-stream" },
      signal: reader.#abort.signal,
    });
    let opened = () => {};
    const open = new Promise<void>((resolve) => opened = resolve);
    reader.#done = reader.#read(response, opened);
    await open;
    return reader;
  }

  /** Resolves when so many messages have come, or the stream is over. */
  async until(count: number): Promise<string[]> {
    while (this.messages.length < count && !this.#isOver) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.messages.map(({ data }) => data);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  async #read({ body }: Response, opened: () => void): Promise<void> {
    const parser = createParser({
      onEvent: ({ id = "", event, data }) => {
        if (event === undefined) this.messages.push({ id, data });
        if (event === "quote") opened();
      },
    });
    try {
      const text = body!.pipeThrough(new TextDecoderStream());
      for await (const chunk of text) {
        parser.feed(chunk);
        this.#wake();
      }
    } catch { /* ended by the test or with its node */ }
    this.#isOver = true;
    opened();
    this.#wake();
  }
}
