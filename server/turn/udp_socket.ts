/**
 * UDP sockets as this server needs them: bound at once, cheap to receive. They
 * are Deno's own, unstable as it calls them (`"unstable": ["net"]`); node:dgram
 * costs two fifths more processor time a relayed packet.
 */

/** More than any path carries in one piece; what fills it may have been cut short. */
const RECEIVE_BYTES = 2048;

/** Where a datagram comes from or goes to. */
export interface UdpPeer {
  /** As the socket's family writes it: an IPv6 socket has IPv4 peers mapped. */
  readonly address: string;
  readonly port: number;
}

/** Told what came; the bytes are overwritten after the call. */
export type OnDatagram = (bytes: Uint8Array, from: UdpPeer) => void;

/** A UDP socket that is bound, or why there is none. */
export type Bound =
  | { readonly ok: true; readonly socket: UdpSocket }
  | { readonly ok: false; readonly error: Error & { code?: string } };

/** Binds before it returns. Port 0 chooses one. On most systems `::` takes IPv4 too. */
export function bindUdp(host: string, port: number): Bound {
  try {
    const at = { transport: "udp", hostname: host, port } as const;
    return { ok: true, socket: new UdpSocket(Deno.listenDatagram(at)) };
  } catch (error) {
    return { ok: false, error: error as Error };
  }
}

/** Receiving that fails so often without a datagram between pauses. */
const PATIENCE = 1000;
const PAUSE_MS = 100;

/** A bound socket. What comes before somebody listens is dropped. */
export class UdpSocket {
  readonly port: number;
  onDatagram: OnDatagram = () => {};
  readonly #socket: Deno.DatagramConn;
  #isOpen = true;

  constructor(socket: Deno.DatagramConn) {
    this.#socket = socket;
    this.port = (socket.addr as Deno.NetAddr).port;
    void this.#receive();
  }

  send(bytes: Uint8Array, { address, port }: UdpPeer): Promise<unknown> {
    return this.#socket.send(bytes, {
      transport: "udp",
      hostname: address,
      port,
    });
  }

  close(): void {
    this.#isOpen = false;
    this.onDatagram = () => {};
    this.#socket.close();
  }

  /** The runtime lets others run between so many datagrams, however many come. */
  async #receive(): Promise<void> {
    const buffer = new Uint8Array(RECEIVE_BYTES);
    let failures = 0;
    while (this.#isOpen) {
      try {
        const [bytes, from] = await this.#socket.receive(buffer);
        failures = 0;
        const { hostname, port } = from as Deno.NetAddr;
        this.onDatagram(bytes, { address: hostname, port });
      } catch {
        // Of one datagram, which is lost; or the socket was closed. One that
        // fails for good must not take the processor.
        if (++failures % PATIENCE === 0) await pause();
      }
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

/** Whether a datagram is, or may have been, larger than what is received of it. */
export function isOversized(datagram: Uint8Array): boolean {
  return datagram.length >= RECEIVE_BYTES;
}
