/** What a log writes, for tests. */
export class LogReader {
  text = "";
  readonly out = new WritableStream<Uint8Array>({
    write: (bytes) => {
      this.text += new TextDecoder().decode(bytes);
    },
  });

  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }

  get objects(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line));
  }
}
