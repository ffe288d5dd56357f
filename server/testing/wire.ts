/** A raw connection, TCP or TLS: says what no HTTP client would. */
export class Wire {
  readonly #connection: Deno.Conn;
  #text = "";

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** With `caCert` the connection is encrypted, and speaks HTTP/1.1. */
  static async dial(
    { port, caCert }: { port: number; caCert?: string | undefined },
  ): Promise<Wire> {
    return new Wire(
      caCert === undefined
        ? await Deno.connect({ hostname: "127.0.0.1", port })
        : await Deno.connectTls({
          ...{ hostname: "localhost", port, caCerts: [caCert] },
          alpnProtocols: ["http/1.1"],
        }),
    );
  }

  /** Text as UTF-8, or bytes as they are. */
  async send(said: string | Uint8Array): Promise<void> {
    const bytes = typeof said === "string"
      ? new TextEncoder().encode(said)
      : said;
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }

  /** All that comes until the other side ends the connection, or breaks it. */
  async readToEnd(): Promise<string> {
    while (await this.#read());
    return this.#text;
  }

  /** All that has come, once it has what is looked for, or the connection has ended. */
  async readUntil(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#text) && await this.#read());
    return this.#text;
  }

  async #read(): Promise<boolean> {
    const buffer = new Uint8Array(65536);
    const length = await this.#connection.read(buffer).catch(() => null);
    if (length === null) return false;
    this.#text += new TextDecoder("latin1").decode(buffer.subarray(0, length));
    return true;
  }

  close(): void {
    try {
      this.#connection.close();
    } catch { /* closed by the other side */ }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }
}
