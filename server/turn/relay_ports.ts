/** The ports that relayed addresses may have, and the sockets bound to them. */

import { bindUdp, type UdpSocket } from "./udp_socket.ts";

/** A bound relay socket. */
export interface RelaySocket {
  readonly socket: UdpSocket;
  readonly port: number;
  /** The host's address that it is bound to. */
  readonly host: string;
}

/** Another process may hold some of the ports; a request tries no more than this. */
const MOST_TRIES = 32;

/** Hands out ports in random order: peers shall not guess the next one. */
export class RelayPorts {
  readonly #least: number;
  readonly #count: number;
  readonly #random: () => number;
  readonly #taken = new Set<number>();
  /** Given up in this turn of the event loop. */
  readonly #givenUp = new Set<RelaySocket>();

  constructor({ least, most, random = Math.random }: {
    least: number;
    most: number;
    /** In [0, 1). */
    random?: () => number;
  }) {
    this.#least = least;
    this.#count = most - least + 1;
    this.#random = random;
  }

  /** Ports taken. */
  get size(): number {
    return this.#taken.size;
  }

  /** Whether a port is one of those. */
  includes(port: number): boolean {
    return port >= this.#least && port < this.#least + this.#count;
  }

  /**
   * Binds a free port of this host address; undefined when there is none. One that
   * was just given up comes first: it may be the only one that nobody else holds.
   */
  open(host: string): RelaySocket | undefined {
    const [given] = [...this.#givenUp].filter((relay) => relay.host === host);
    if (given !== undefined) return this.#bind(host, given.port);
    return this.#firstOf(() => true, (port) => this.#bind(host, port));
  }

  /** The same for an even port (EVEN-PORT). */
  openEven(host: string): RelaySocket | undefined {
    return this.#firstOf(isEven, (port) => this.#bind(host, port));
  }

  /** The same for an even port and the one after it. */
  openPair(host: string): readonly [RelaySocket, RelaySocket] | undefined {
    return this.#firstOf(isEven, (port) => {
      if (!this.#isFree(port + 1)) return undefined;
      const even = this.#bind(host, port);
      const odd = even && this.#bind(host, port + 1);
      if (even && !odd) this.close(even);
      return even && odd && [even, odd];
    });
  }

  /**
   * Gives a socket up. Its port is free only in a later turn of the event loop;
   * whoever asks in this one can have the socket as it is.
   */
  close(relay: RelaySocket): void {
    const { socket, port } = relay;
    socket.onDatagram = () => {};
    this.#taken.delete(port);
    this.#givenUp.add(relay);
    queueMicrotask(() => {
      if (this.#givenUp.delete(relay)) socket.close();
    });
  }

  #firstOf<T>(
    isWanted: (port: number) => boolean,
    open: (port: number) => T | undefined,
  ): T | undefined {
    const start = Math.floor(this.#random() * this.#count);
    let tries = 0;
    for (let i = 0; i < this.#count && tries < MOST_TRIES; i++) {
      const port = this.#least + (start + i) % this.#count;
      if (!isWanted(port) || !this.#isFree(port)) continue;
      const opened = open(port);
      if (opened !== undefined) return opened;
      tries++;
    }
    return undefined;
  }

  #isFree(port: number): boolean {
    return this.includes(port) && !this.#taken.has(port);
  }

  #bind(host: string, port: number): RelaySocket | undefined {
    const relay = this.#retake(host, port) ?? openSocket(host, port);
    if (relay !== undefined) this.#taken.add(port);
    return relay;
  }

  #retake(host: string, port: number): RelaySocket | undefined {
    const relay = [...this.#givenUp].find((relay) =>
      relay.host === host && relay.port === port
    );
    if (relay !== undefined) this.#givenUp.delete(relay);
    return relay;
  }
}

function openSocket(host: string, port: number): RelaySocket | undefined {
  const bound = bindUdp(host, port);
  return bound.ok ? { socket: bound.socket, port, host } : undefined;
}

function isEven(port: number): boolean {
  return port % 2 === 0;
}
