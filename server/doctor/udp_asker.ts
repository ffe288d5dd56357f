/** A UDP socket that asks one server, and hears whoever sends to it. */

import { isIPv6 } from "node:net";
import { within } from "./within.ts";

/** UDP loses packets: how long to wait after each of the tries. */
const WAITS_MS = [300, 600, 900];

/** Where packets go. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

type Take = (datagram: Uint8Array) => void;

/** Open until it is disposed of; whoever waits then gets nothing. */
export class UdpAsker implements Disposable {
  readonly #conn: Deno.DatagramConn;
  readonly #server: Place;
  readonly #takers = new Set<Take>();

  constructor(server: Place) {
    const hostname = isIPv6(server.address) ? "::" : "0.0.0.0";
    this.#conn = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    this.#server = server;
    void this.#listen();
  }

  /** Sends up to three times, until something comes here that can be read. */
  async exchange<T>(
    send: () => Promise<unknown>,
    read: (datagram: Uint8Array) => T | undefined,
  ): Promise<T | undefined> {
    const { promise, resolve } = Promise.withResolvers<T>();
    const take = (datagram: Uint8Array) => {
      const found = read(datagram);
      if (found !== undefined) resolve(found);
    };
    this.#takers.add(take);
    try {
      for (const waitMs of WAITS_MS) {
        await send();
        const found = await within(waitMs, promise);
        if (found !== undefined) return found;
      }
      return undefined;
    } finally {
      this.#takers.delete(take);
    }
  }

  async send(bytes: Uint8Array, to = this.#server): Promise<void> {
    const { address: hostname, port } = to;
    await this.#conn.send(bytes, { transport: "udp", hostname, port });
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }

  async #listen(): Promise<void> {
    try {
      for await (const [datagram] of this.#conn) {
        for (const take of this.#takers) take(datagram);
      }
    } catch {
      // closed
    }
  }
}
