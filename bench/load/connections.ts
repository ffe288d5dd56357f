/** Thousands of TCP connections in one loop, which the caller turns. */

import {
  EventBatch,
  FAILED,
  Libc,
  READABLE,
  type SocketAddress,
  WRITABLE,
} from "./libc.ts";

/** Told what happens to a connection. */
export interface ConnectionHandler {
  onOpen?(connection: Connection): void;
  /** The bytes are overwritten after the call. */
  onData(bytes: Uint8Array, connection: Connection): void;
  /** The other side ended it, or it could not be made; not after `close()`. */
  onClose(connection: Connection): void;
}

const RECEIVE_BYTES = 256 * 1024;
const EVENTS_A_TURN = 512;

/** One connection; made by {@linkcode ConnectionLoop.dial}. */
export interface Connection {
  readonly isOpen: boolean;
  /** The port from which it was made. */
  readonly localPort: number;
  /** Sends; what the kernel does not take waits, without bound. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** Reads no more; what comes stays in the kernel. */
  stopReading(): void;
  /** Ends it with a reset. */
  close(): void;
}

/** Polls all connections; nothing happens but in {@linkcode ConnectionLoop.turn}. */
export class ConnectionLoop {
  readonly #libc = new Libc();
  readonly #poll = this.#libc.createPoll();
  readonly #events = new EventBatch(EVENTS_A_TURN);
  readonly #buffer = new Uint8Array(RECEIVE_BYTES);
  /** By file descriptor. */
  readonly #sockets = new Map<number, Socket>();
  #serial = 0;

  /** Readable when {@linkcode turn} has something to do, for another loop to wait on. */
  get descriptor(): number {
    return this.#poll;
  }

  /** Connections that are not closed. */
  get size(): number {
    return this.#sockets.size;
  }

  /** Starts a connection, from a given address of this machine if `source` names one. */
  dial(
    to: SocketAddress,
    handler: ConnectionHandler,
    { source }: { source?: string | undefined } = {},
  ): Connection {
    const fd = this.#libc.dial(to, source);
    this.#serial = (this.#serial + 1) % 2 ** 32;
    const socket = new Socket({
      libc: this.#libc,
      poll: this.#poll,
      fd,
      serial: this.#serial,
      handler,
      onClosed: () => this.#sockets.delete(fd),
    });
    this.#sockets.set(fd, socket);
    return socket;
  }

  /** Waits for at most so long, then handles what there is. */
  turn(timeoutMs: number): void {
    const events = this.#events;
    const count = this.#libc.wait(this.#poll, {
      batch: events,
      timeoutMs: Math.max(0, timeoutMs),
    });
    for (let i = 0; i < count; i++) {
      const socket = this.#sockets.get(events.fdAt(i));
      // A handler may have closed it, and another have got its descriptor.
      if (socket?.serial !== events.serialAt(i)) continue;
      socket.handle(events.eventsAt(i), this.#buffer);
    }
  }

  /** Turns until the claim holds. Throws, naming what was awaited, when it does not in time. */
  turnUntil(
    isDone: () => boolean,
    { withinMs, awaited }: { withinMs: number; awaited: () => string },
  ): void {
    const deadline = performance.now() + withinMs;
    while (!isDone()) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) {
        throw new Error(`Waited ${withinMs} ms in vain for ${awaited()}.`);
      }
      this.turn(Math.min(leftMs, 100));
    }
  }

  /** Turns for so long. */
  turnFor(ms: number): void {
    const end = performance.now() + ms;
    for (let now = end - ms; now < end; now = performance.now()) {
      this.turn(end - now);
    }
  }

  /** Ends all connections. */
  closeAll(): void {
    for (const socket of [...this.#sockets.values()]) socket.close();
  }

  /** Ends all connections and the loop. */
  close(): void {
    this.closeAll();
    this.#libc.close(this.#poll);
    this.#libc.unload();
  }
}

class Socket implements Connection {
  readonly serial: number;
  readonly #libc: Libc;
  readonly #poll: number;
  readonly #fd: number;
  readonly #handler: ConnectionHandler;
  readonly #onClosed: () => void;
  #state: "connecting" | "open" | "closed" = "connecting";
  #isReading = true;
  #unsent: Uint8Array<ArrayBuffer>[] = [];

  constructor({ libc, poll, fd, serial, handler, onClosed }: {
    libc: Libc;
    poll: number;
    fd: number;
    serial: number;
    handler: ConnectionHandler;
    onClosed: () => void;
  }) {
    this.#libc = libc;
    this.#poll = poll;
    this.#fd = fd;
    this.serial = serial;
    this.#handler = handler;
    this.#onClosed = onClosed;
    libc.watch(poll, { fd, serial, events: WRITABLE });
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get localPort(): number {
    return this.#libc.localPort(this.#fd);
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#state !== "open") return;
    if (this.#unsent.length > 0) {
      this.#unsent.push(bytes);
      return;
    }
    const sent = Math.max(0, this.#libc.send(this.#fd, bytes));
    if (sent === bytes.length) return;
    this.#unsent.push(bytes.subarray(sent));
    this.#watch();
  }

  stopReading(): void {
    this.#isReading = false;
    this.#watch();
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#libc.close(this.#fd); // epoll forgets it by itself
    this.#onClosed();
  }

  handle(events: number, buffer: Uint8Array<ArrayBuffer>): void {
    const hasFailed = (events & FAILED) !== 0;
    if (this.#state === "connecting") {
      if (hasFailed) return this.#end();
      this.#state = "open";
      this.#watch();
      this.#handler.onOpen?.(this);
      return;
    }
    if ((events & WRITABLE) !== 0) this.#sendRest();
    if ((events & READABLE) === 0 && !hasFailed) return;
    const length = this.#isReading ? this.#libc.receive(this.#fd, buffer) : -1;
    if (length > 0) this.#handler.onData(buffer.subarray(0, length), this);
    else if (length === 0 || hasFailed) this.#end();
  }

  #sendRest(): void {
    while (this.#unsent.length > 0) {
      const bytes = this.#unsent[0]!;
      const sent = Math.max(0, this.#libc.send(this.#fd, bytes));
      if (sent < bytes.length) {
        this.#unsent[0] = bytes.subarray(sent);
        return;
      }
      this.#unsent.shift();
    }
    this.#watch();
  }

  #end(): void {
    this.close();
    this.#handler.onClose(this);
  }

  #watch(): void {
    const events = (this.#isReading ? READABLE : 0) |
      (this.#unsent.length > 0 ? WRITABLE : 0);
    const { serial } = this;
    this.#libc.rewatch(this.#poll, { fd: this.#fd, serial, events });
  }
}
