/** A UDP socket that asks STUN and TURN servers, and takes what these relay. */

import { isIPv6 } from "node:net";
import { decodeMessage, KIND, type Message, METHOD } from "../turn/message.ts";
import { MessageWriter } from "../turn/message_writer.ts";
import { within } from "./within.ts";

/** UDP loses packets: how long to wait after each of the tries. */
const WAITS_MS = [300, 600, 900];
const TRANSACTION_BYTES = 12;

/** Where packets go. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

type Take = (datagram: Uint8Array) => void;

/** Open until it is disposed of; whoever waits then gets nothing. */
export class StunSocket implements Disposable {
  readonly #conn: Deno.DatagramConn;
  readonly #server: Place;
  readonly #takers = new Set<Take>();

  constructor(server: Place) {
    const hostname = isIPv6(server.address) ? "::" : "0.0.0.0";
    this.#conn = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    this.#server = server;
    void this.#listen();
  }

  /** The answer to a request; undefined when none comes. */
  ask(request: MessageWriter): Promise<Message | undefined> {
    const { bytes } = request;
    const id = decodeMessage(bytes)!.transactionId.toHex();
    return this.exchange(() => this.send(bytes), (datagram) => {
      const message = decodeMessage(datagram);
      const isAnswer = message?.kind === KIND.success ||
        message?.kind === KIND.error;
      return isAnswer && message.transactionId.toHex() === id
        ? message
        : undefined;
    });
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

/** A message with a transaction of its own. */
export function newMessage(
  method: number,
  kind: typeof KIND.request | typeof KIND.indication = KIND.request,
): MessageWriter {
  const transactionId = crypto.getRandomValues(
    new Uint8Array(TRANSACTION_BYTES),
  );
  return new MessageWriter({ method, kind, transactionId });
}

/** What everybody may ask. */
export function bindingRequest(): MessageWriter {
  return newMessage(METHOD.binding);
}
