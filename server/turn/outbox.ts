/** Datagrams on their way to the system. */

import type { UdpSocket } from "./udp_socket.ts";

/** From which socket, and where to. */
export interface Destination {
  readonly socket: UdpSocket;
  /** As the socket's family writes it. */
  readonly address: string;
  /** Not 0, which is nobody's. */
  readonly port: number;
}

/** A datagram as it is received, and the longest head that one gets. */
const SLOT_BYTES = 2048 + 64;

/**
 * A place for one datagram, used again and again. The runtime reads the bytes
 * when it sends, which may be later; to make a new copy for each would cost as
 * much processor time as a seventh of all else.
 */
class Slot {
  readonly #bytes = new Uint8Array(SLOT_BYTES);
  /** Also when it cannot be sent: datagrams get lost. */
  readonly settle: () => void;

  constructor(free: Slot[]) {
    this.settle = () => void free.push(this);
  }

  fill(bytes: Uint8Array): Uint8Array {
    this.#bytes.set(bytes);
    return this.#bytes.subarray(0, bytes.length);
  }
}

/**
 * Sends. The runtime keeps what the system does not take at once, without end:
 * a link that is slower than what is relayed would fill the memory.
 */
export class Outbox {
  readonly #most: number;
  readonly #free: Slot[] = [];
  #slots = 0;

  /** So many datagrams may wait; the slots for them stay. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The bytes may be overwritten as soon as this returns. False when too many wait. */
  send(bytes: Uint8Array, to: Destination): boolean {
    const slot = this.#free.pop() ?? this.#addSlot();
    if (slot === undefined) return false;
    // Only a client over TCP sends more than a slot takes.
    const kept = bytes.length > SLOT_BYTES ? bytes.slice() : slot.fill(bytes);
    to.socket.send(kept, to).then(slot.settle, slot.settle);
    return true;
  }

  #addSlot(): Slot | undefined {
    if (this.#slots === this.#most) return undefined;
    this.#slots++;
    return new Slot(this.#free);
  }
}
