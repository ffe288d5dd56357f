/** UDP sockets in one loop, which the caller turns. */

import {
  EventBatch,
  Libc,
  READABLE,
  type SocketAddress,
} from "../load/libc.ts";

const RECEIVE_BYTES = 65_536;
const EVENTS_A_TURN = 64;
/** Of one socket in a turn, so that no other waits long. */
const DATAGRAMS_A_TURN = 64;

/** Told what comes: the first `length` bytes, which are overwritten after the call. */
export type OnDatagram = (buffer: Uint8Array, length: number) => void;

/** Polls all sockets; nothing happens but in {@linkcode DatagramLoop.turn}. */
export class DatagramLoop {
  readonly #libc = new Libc();
  readonly #poll = this.#libc.createPoll();
  readonly #events = new EventBatch(EVENTS_A_TURN);
  readonly #buffer = new Uint8Array(RECEIVE_BYTES);
  /** By file descriptor. */
  readonly #sockets = new Map<number, DatagramSocket>();

  /** A socket on a free port of 127.0.0.1. */
  open(): DatagramSocket {
    const fd = this.#libc.bindDatagrams();
    const socket = new DatagramSocket(this.#libc, fd);
    this.#sockets.set(fd, socket);
    this.#libc.watch(this.#poll, { fd, serial: 0, events: READABLE });
    return socket;
  }

  /** A turn then ends also when that descriptor, another loop's, is readable. */
  wakeFor(descriptor: number): void {
    const watched = { fd: descriptor, serial: 0, events: READABLE };
    this.#libc.watch(this.#poll, watched);
  }

  /** Waits for at most so long, then hands out what came. */
  turn(timeoutMs: number): void {
    const events = this.#events;
    const count = this.#libc.wait(this.#poll, {
      batch: events,
      timeoutMs: Math.max(0, timeoutMs),
    });
    for (let i = 0; i < count; i++) {
      this.#sockets.get(events.fdAt(i))
        ?.receive(this.#buffer, DATAGRAMS_A_TURN);
    }
  }

  /** Turns for so long. */
  turnFor(ms: number): void {
    const end = performance.now() + ms;
    for (let now = end - ms; now < end; now = performance.now()) {
      this.turn(end - now);
    }
  }

  /** Closes all sockets and the loop. */
  close(): void {
    for (const fd of this.#sockets.keys()) this.#libc.close(fd);
    this.#libc.close(this.#poll);
    this.#libc.unload();
  }
}

/** A UDP socket of one partner. */
export class DatagramSocket {
  readonly fd: number;
  readonly port: number;
  onDatagram: OnDatagram = () => {};
  readonly #libc: Libc;

  constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.fd = fd;
    this.port = libc.localPort(fd);
  }

  connect(to: SocketAddress): void {
    this.#libc.connectDatagrams(this.fd, to);
  }

  /** False when the kernel does not take it. */
  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    return this.#libc.send(this.fd, bytes) === bytes.length;
  }

  receive(buffer: Uint8Array<ArrayBuffer>, most: number): void {
    for (let i = 0; i < most; i++) {
      const length = this.#libc.receive(this.fd, buffer);
      if (length < 0) return;
      this.onDatagram(buffer, length);
    }
  }
}
