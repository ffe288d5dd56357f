/**
 * Linux sockets by FFI. A load generator on `Deno.connect` spends some 10 us an
 * operation on promises and would measure itself; a call from here into libc
 * costs little more than the system call.
 *
 * errno is never read: by the time JavaScript could look, the runtime may have
 * made another call on this thread. What it would tell, epoll tells too: a
 * socket that failed reports ERR or HUP, any other failed call would have
 * blocked.
 */

const symbols = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  setsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "u32"],
    result: "i32",
  },
  // ssize_t is read as 32 bits: no buffer here is larger.
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  // Its timeout has nanoseconds; epoll_wait's has milliseconds, too coarse to
  // send a thousand posts a second on time without spinning.
  epoll_pwait2: {
    parameters: ["i32", "buffer", "i32", "buffer", "pointer"],
    result: "i32",
  },
} as const;

const AF_INET = 2;
const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const MSG_NOSIGNAL = 0x4000;
const EPOLL_CLOEXEC = 0o2000000;
const SOCKADDR_BYTES = 16;
/** `struct epoll_event` is packed on x86-64 only. */
const EVENT_BYTES = Deno.build.arch === "x86_64" ? 12 : 16;
const EVENT_DATA_AT = EVENT_BYTES - 8;
const IS_LITTLE_ENDIAN = true; // both of Deno's Linux targets are

/** What epoll reports of a socket, as bits. */
export const READABLE = 0x1;
export const WRITABLE = 0x4;
export const FAILED = 0x8 | 0x10; // ERR | HUP

/** Level, name and value of `setsockopt`. */
type SocketOption = readonly [number, number, Uint8Array<ArrayBuffer>];
const ON = int32s(1);
const NO_DELAY: SocketOption = [6, 1, ON];
/** The port is chosen by connect, so that it needs to be free for this target only. */
const BIND_ADDRESS_NO_PORT: SocketOption = [0, 24, ON];
/** Closing resets: no TIME_WAIT, which would use up the ports of a source. */
const RESET_ON_CLOSE: SocketOption = [1, 13, int32s(1, 0)];
/** So that datagrams wait for the generator, not the other way round; the system may allow less. */
const RECEIVE_BUFFER: SocketOption = [1, 8, int32s(4 * 2 ** 20)];

/** An IPv4 address and port. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** Why sockets cannot be had by FFI here; undefined when they can. */
export function libcMissing(): string | undefined {
  return Deno.build.os === "linux"
    ? undefined
    : `The load generator uses epoll: run it on Linux, not ${Deno.build.os}.`;
}

/** The calls that the generator makes, as methods on an open libc. */
export class Libc {
  readonly #library: Deno.DynamicLibrary<typeof symbols>;
  readonly #event = new Uint8Array(EVENT_BYTES);
  readonly #eventView = new DataView(this.#event.buffer);
  readonly #timeout = new BigInt64Array(2);

  /** Throws, saying what is missing, where there is no such libc. */
  constructor() {
    const missing = libcMissing();
    if (missing !== undefined) throw new Error(missing);
    try {
      this.#library = Deno.dlopen("libc.so.6", symbols);
    } catch (cause) {
      throw new Error(
        "The load generator needs glibc 2.35 or later, for epoll_pwait2.",
        { cause },
      );
    }
  }

  /** A socket that is about to be connected. Throws when there are none left. */
  dial(to: SocketAddress, source?: string): number {
    const { socket, bind, connect } = this.#library.symbols;
    const fd = socket(AF_INET, SOCK_STREAM | NONBLOCK_CLOEXEC, 0);
    if (fd < 0) {
      throw new Error("No socket is left: raise ulimit -n, or ask for fewer.");
    }
    this.#set(fd, NO_DELAY);
    this.#set(fd, RESET_ON_CLOSE);
    if (source !== undefined) {
      this.#set(fd, BIND_ADDRESS_NO_PORT);
      const from = encodeAddress({ address: source, port: 0 });
      if (bind(fd, from, SOCKADDR_BYTES) < 0) {
        this.close(fd);
        throw new Error(`${source} is no address of this machine.`);
      }
    }
    connect(fd, encodeAddress(to), SOCKADDR_BYTES); // epoll tells the outcome
    return fd;
  }

  /** A socket for datagrams, on a port of 127.0.0.1 that is free. Throws when there are none left. */
  bindDatagrams(): number {
    const { socket, bind } = this.#library.symbols;
    const fd = socket(AF_INET, SOCK_DGRAM | NONBLOCK_CLOEXEC, 0);
    const own = encodeAddress({ address: "127.0.0.1", port: 0 });
    if (fd < 0 || bind(fd, own, SOCKADDR_BYTES) < 0) {
      throw new Error("No socket is left: raise ulimit -n, or ask for fewer.");
    }
    this.#set(fd, RECEIVE_BUFFER);
    return fd;
  }

  /** From now on datagrams go there, and come from there only. */
  connectDatagrams(fd: number, to: SocketAddress): void {
    this.#library.symbols.connect(fd, encodeAddress(to), SOCKADDR_BYTES);
  }

  /** The port of a socket. */
  localPort(fd: number): number {
    const address = new Uint8Array(SOCKADDR_BYTES);
    const length = int32s(SOCKADDR_BYTES);
    this.#library.symbols.getsockname(fd, address, length);
    return address[2]! << 8 | address[3]!;
  }

  /** Bytes taken; below 0 when none can be. */
  send(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
    const { send } = this.#library.symbols;
    return send(fd, bytes, BigInt(bytes.length), MSG_NOSIGNAL);
  }

  /** Bytes given; 0 at the end, below 0 when there are none. */
  receive(fd: number, into: Uint8Array<ArrayBuffer>): number {
    return this.#library.symbols.recv(fd, into, BigInt(into.length), 0);
  }

  close(fd: number): void {
    this.#library.symbols.close(fd);
  }

  /** A new epoll. */
  createPoll(): number {
    return this.#library.symbols.epoll_create1(EPOLL_CLOEXEC);
  }

  /** Starts to watch a socket; `serial` comes back with its events. */
  watch(poll: number, { fd, serial, events }: Watched): void {
    this.#control(poll, { operation: 1, fd, serial, events });
  }

  /** Watches for other events; 0 leaves only {@linkcode FAILED}. */
  rewatch(poll: number, { fd, serial, events }: Watched): void {
    this.#control(poll, { operation: 3, fd, serial, events });
  }

  /** Waits for events; returns how many there are. */
  wait(
    poll: number,
    { batch, timeoutMs }: { batch: EventBatch; timeoutMs: number },
  ): number {
    const seconds = Math.floor(timeoutMs / 1000);
    this.#timeout[0] = BigInt(seconds);
    this.#timeout[1] = BigInt(Math.floor((timeoutMs - seconds * 1000) * 1e6));
    const { bytes, size } = batch;
    const timeout = this.#timeout;
    const { epoll_pwait2 } = this.#library.symbols;
    return Math.max(0, epoll_pwait2(poll, bytes, size, timeout, null));
  }

  /** Lets go of libc; no call may follow. */
  unload(): void {
    this.#library.close();
  }

  #set(fd: number, [level, name, value]: SocketOption): void {
    const { setsockopt } = this.#library.symbols;
    setsockopt(fd, level, name, value, value.length);
  }

  #control(
    poll: number,
    { operation, fd, serial, events }: Watched & { operation: 1 | 3 },
  ): void {
    const view = this.#eventView;
    view.setUint32(0, events, IS_LITTLE_ENDIAN);
    view.setUint32(EVENT_DATA_AT, fd, IS_LITTLE_ENDIAN);
    view.setUint32(EVENT_DATA_AT + 4, serial, IS_LITTLE_ENDIAN);
    this.#library.symbols.epoll_ctl(poll, operation, fd, this.#event);
  }
}

/** A socket, a number that tells it from others that had its descriptor, and the events. */
export interface Watched {
  readonly fd: number;
  readonly serial: number;
  readonly events: number;
}

/** Space for the events of one {@linkcode Libc.wait}. */
export class EventBatch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  constructor(readonly size: number) {
    this.bytes = new Uint8Array(size * EVENT_BYTES);
    this.#view = new DataView(this.bytes.buffer);
  }

  eventsAt(index: number): number {
    return this.#view.getUint32(index * EVENT_BYTES, IS_LITTLE_ENDIAN);
  }

  fdAt(index: number): number {
    const at = index * EVENT_BYTES + EVENT_DATA_AT;
    return this.#view.getUint32(at, IS_LITTLE_ENDIAN);
  }

  serialAt(index: number): number {
    const at = index * EVENT_BYTES + EVENT_DATA_AT + 4;
    return this.#view.getUint32(at, IS_LITTLE_ENDIAN);
  }
}

function encodeAddress({ address, port }: SocketAddress) {
  const bytes = new Uint8Array(SOCKADDR_BYTES);
  bytes[0] = AF_INET;
  bytes[2] = port >> 8;
  bytes[3] = port & 0xff;
  bytes.set(address.split(".").map(Number), 4);
  return bytes;
}

function int32s(...values: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int32Array.from(values).buffer);
}
