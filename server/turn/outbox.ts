/** Datagrams on their way to the system. */

import type { Socket } from "node:dgram";

/** From which socket, and where to. */
export interface Destination {
  readonly socket: Socket;
  readonly address: string;
  /** Not 0, which is nobody's. */
  readonly port: number;
}

/**
 * Sends. The runtime keeps what the system does not take at once, without end:
 * a link that is slower than what is relayed would fill the memory.
 */
export class Outbox {
  readonly #most: number;
  #unsent = 0;
  /** Also when it cannot be sent: datagrams get lost. */
  readonly #settle = () => {
    this.#unsent--;
  };

  /** So many datagrams may wait. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The bytes may be overwritten as soon as this returns. False when too many wait. */
  send(bytes: Uint8Array, { socket, address, port }: Destination): boolean {
    if (this.#unsent >= this.#most) return false;
    this.#unsent++;
    socket.send(bytes, port, address, this.#settle);
    return true;
  }
}
