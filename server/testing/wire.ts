/** A raw TCP connection: says what no HTTP client would. */
export class Wire {
  readonly #connection: Deno.Conn;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async dial({ port }: { port: number }): Promise<Wire> {
    return new Wire(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  async send(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }

  /** All that comes until the other side ends the connection, or breaks it. */
  async readToEnd(): Promise<string> {
    const buffer = new Uint8Array(65536);
    let text = "";
    while (true) {
      const length = await this.#connection.read(buffer).catch(() => null);
      if (length === null) return text;
      text += new TextDecoder("latin1").decode(buffer.subarray(0, length));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#connection.close();
    } catch { /* closed by the other side */ }
    return Promise.resolve();
  }
}
