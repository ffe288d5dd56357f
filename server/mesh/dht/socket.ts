/** The DHT's UDP socket, in the form of node:dgram that k-rpc wants, behind which nothing throws. */

import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import ipaddr from "ipaddr.js";
import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import { PeerFilter } from "../../turn/peer_filter.ts";
import { bindUdp, isOversized, type UdpSocket } from "../../turn/udp_socket.ts";
import { isSound } from "./message.ts";

/** Why a datagram was dropped. */
export type DhtDropReason =
  | "malformed"
  | "excess"
  | "private"
  | "oversized"
  | "congested";

/** What has gone through. */
export interface DhtTraffic {
  readonly datagrams: { received: number; sent: number };
  readonly dropped: Record<DhtDropReason, number>;
}

/** Replies of more bytes would be fragmented, and pay those who forge their address. */
const MAX_SENT_BYTES = 1400;

const PUBLIC = new PeerFilter({ allowPrivate: false, own: [] });
const ALL = new PeerFilter({ allowPrivate: true, own: [] });

/** Whether somebody there may be asked: else the DHT could aim us at our own network. */
export function isReachable(
  { host, port }: { host: string; port: number },
  allowPrivate: boolean,
): boolean {
  if (!ipaddr.IPv4.isValidFourPartDecimal(host)) return false;
  const address = Uint8Array.from(ipaddr.IPv4.parse(host).toByteArray());
  return (allowPrivate ? ALL : PUBLIC).allows(address, port);
}

/** Emits `listening`, `message` and `close`. */
export class DhtSocket extends EventEmitter {
  /** Whether private addresses may be asked and heard of, as in a DHT of one's own. */
  allowPrivate = false;
  readonly traffic: DhtTraffic = {
    datagrams: { received: 0, sent: 0 },
    dropped: {
      malformed: 0,
      excess: 0,
      private: 0,
      oversized: 0,
      congested: 0,
    },
  };
  #socket: UdpSocket | undefined;
  readonly #host: string;
  readonly #budget: DatagramBudget;
  readonly #onFault: (fault: unknown) => void;
  #unsent = 0;

  constructor({ host, clock, onFault }: {
    host: string;
    clock: Clock;
    /** Gets what the library threw at a datagram. */
    onFault: (fault: unknown) => void;
  }) {
    super();
    this.#host = host;
    this.#budget = new DatagramBudget(clock);
    this.#onFault = onFault;
  }

  address(): { address: string; port: number; family: "IPv4" } {
    const { port = 0 } = this.#socket ?? {};
    return { address: this.#host, port, family: "IPv4" };
  }

  /** Binds before it returns; throws with the system's `code` when it cannot. */
  bind(port: number): void {
    const bound = bindUdp(this.#host, port);
    if (!bound.ok) throw bound.error;
    this.#socket = bound.socket;
    this.#socket.onDatagram = (bytes, { address, port }) =>
      this.#receive(bytes, { address, port, family: "IPv4" });
    this.emit("listening");
  }

  /** As of node:dgram; what cannot be sent is lost, as datagrams are. */
  send(
    bytes: Uint8Array,
    offset: number,
    length: number,
    port: number,
    address: string,
  ): void {
    const { dropped, datagrams } = this.traffic;
    if (!isReachable({ host: address, port }, this.allowPrivate)) {
      dropped.private++;
    } else if (length > MAX_SENT_BYTES) {
      dropped.oversized++;
    } else if (this.#unsent >= SERVER_LIMITS.dhtUnsentDatagrams) {
      dropped.congested++;
    } else {
      datagrams.sent++;
      this.#unsent++;
      const settle = () => void this.#unsent--;
      this.#socket!.send(bytes.subarray(offset, offset + length), {
        address,
        port,
      }).then(settle, settle);
    }
  }

  close(): void {
    this.#socket?.close();
    queueMicrotask(() => this.emit("close"));
  }

  #receive(
    bytes: Uint8Array,
    from: { address: string; port: number; family: "IPv4" },
  ): void {
    const { datagrams, dropped } = this.traffic;
    datagrams.received++;
    if (!this.#budget.take(from.address)) return void dropped.excess++;
    if (from.port === 0 || isOversized(bytes) || !isSound(bytes)) {
      return void dropped.malformed++;
    }
    try {
      this.emit("message", Buffer.from(bytes), from); // a copy: parts are kept
    } catch (fault) {
      this.#onFault(fault);
    }
  }
}

/** How many datagrams are looked at: each costs a decoding, a put a signature. */
class DatagramBudget {
  readonly #clock: Clock;
  #second = 0;
  #taken = 0;
  readonly #takenBy = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(address: string): boolean {
    const second = Math.floor(this.#clock.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#taken = 0;
      this.#takenBy.clear();
    }
    if (this.#taken >= SERVER_LIMITS.dhtDatagramsPerSecond) return false;
    const taken = this.#takenBy.get(address) ?? 0;
    if (taken >= SERVER_LIMITS.dhtDatagramsPerSecondPerAddress) return false;
    this.#taken++;
    this.#takenBy.set(address, taken + 1);
    return true;
  }
}
