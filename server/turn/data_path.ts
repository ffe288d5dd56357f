/**
 * What is relayed: ChannelData and Send to peers, peers' datagrams to clients.
 * Nothing is allocated a packet beyond what the runtime does: bytes are read and
 * written in place, in one buffer that senders copy.
 */

import type { Clock } from "../clock.ts";
import type { Allocation } from "./allocation.ts";
import type { Allocations } from "./allocations.ts";
import { ATTRIBUTE, FAMILY, isUnknownRequired } from "./attributes.ts";
import type { ByteBudget } from "./byte_budget.ts";
import type { Client } from "./client.ts";
import {
  HEADER_BYTES,
  isMessage,
  KIND,
  MAGIC_COOKIE,
  messageType,
  METHOD,
  padded,
  readUint16,
  writeUint16,
  writeUint32,
} from "./message.ts";
import type { Outbox } from "./outbox.ts";
import type { PeerHost } from "./peers.ts";
import type { Tally } from "./tally.ts";
import { isOversized } from "./udp_socket.ts";

/** Data on its way between a client and a peer. */
interface Passing {
  readonly host: PeerHost;
  readonly port: number;
  readonly payload: Uint8Array;
  readonly now: number;
}

/** Number and length, before the data of a channel. */
export const CHANNEL_HEADER_BYTES = 4;

const SEND_TYPE = messageType(METHOD.send, KIND.indication);
const DATA_TYPE = messageType(METHOD.data, KIND.indication);
const COOKIE_HIGH = MAGIC_COOKIE >>> 16;
/** A datagram, and the longest head that one gets. */
const SCRATCH_BYTES = 65_536 + 64;

/** Whether bytes begin as ChannelData do. */
export function isChannelData(bytes: Uint8Array): boolean {
  return bytes.length >= CHANNEL_HEADER_BYTES && bytes[0]! >> 6 === 1;
}

/** Whether bytes are a Send indication, which is relayed and never answered. */
export function isSendIndication(bytes: Uint8Array): boolean {
  return isMessage(bytes) && readUint16(bytes, 0) === SEND_TYPE;
}

/** What was read of a Send indication: offsets into its bytes. */
const sent = { peer: { address: new Uint8Array(), port: 0 }, at: 0, length: 0 };

/** Between clients, permissions and sockets. */
export class DataPath {
  readonly #clock: Clock;
  readonly #allocations: Allocations;
  readonly #tally: Tally;
  readonly #budget: ByteBudget;
  readonly #outbox: Outbox;
  readonly #scratch = new Uint8Array(SCRATCH_BYTES);
  readonly #v4 = new Uint8Array(4);
  readonly #v6 = new Uint8Array(16);
  #indications = 0;

  constructor({ clock, allocations, tally, budget, outbox }: {
    clock: Clock;
    allocations: Allocations;
    tally: Tally;
    /** Of all allocations together. */
    budget: ByteBudget;
    outbox: Outbox;
  }) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#allocations = allocations;
    this.#tally = tally;
    this.#budget = budget;
  }

  /** ChannelData of a client; over UDP without padding, or with. */
  relayChannelData({ allocation }: Client, bytes: Uint8Array): void {
    const now = this.#clock.now();
    if (!this.#isLive(allocation, now)) {
      return this.#tally.drop("no-allocation");
    }
    const end = CHANNEL_HEADER_BYTES + readUint16(bytes, 2);
    if (end > bytes.length) return this.#tally.drop("malformed");
    const channel = allocation.peers.channel(readUint16(bytes, 0));
    if (channel === undefined || channel.expiresAt <= now) {
      return this.#tally.drop("no-channel");
    }
    const { host, port } = channel;
    const payload = bytes.subarray(CHANNEL_HEADER_BYTES, end);
    this.#toPeer(allocation, { host, port, payload, now });
  }

  /** A Send indication of a client. */
  relaySend({ allocation }: Client, bytes: Uint8Array): void {
    const now = this.#clock.now();
    if (!this.#isLive(allocation, now)) {
      return this.#tally.drop("no-allocation");
    }
    if (!this.#readSend(bytes)) return this.#tally.drop("malformed");
    const { peer: { address, port }, at, length } = sent;
    const host = allocation.peers.hostByBytes(address);
    if (host === undefined || host.permittedUntil <= now) {
      return this.#tally.drop("no-permission");
    }
    const payload = bytes.subarray(at, at + length);
    this.#toPeer(allocation, { host, port, payload, now });
  }

  /** A datagram that came to a relayed address. */
  relayDatagram(
    allocation: Allocation,
    { payload, address, port }: {
      payload: Uint8Array;
      address: string;
      port: number;
    },
  ): void {
    const now = this.#clock.now();
    if (!this.#isLive(allocation, now)) {
      return this.#tally.drop("no-allocation");
    }
    if (isOversized(payload)) return this.#tally.drop("oversized");
    const host = allocation.peers.hostByText(address);
    if (host === undefined) return this.#tally.drop("no-permission");
    this.#toClient(allocation, { host, port, payload, now });
  }

  #toPeer(
    allocation: Allocation,
    { host, port, payload, now }: Passing,
  ): void {
    const { family, relay, relayedText } = allocation;
    // RFC 8656 knows no such short cut: it spares the socket, and NATs that do not hairpin.
    const target = host.text === relayedText
      ? this.#allocations.byPort(family, port)
      : undefined;
    if (target === undefined && !isReachable(host, port)) {
      return this.#tally.drop("forbidden-peer");
    }
    if (!this.#spend(allocation, payload.length, now)) {
      return this.#tally.drop("rate");
    }
    if (target === undefined) {
      const { socket } = relay;
      if (!this.#outbox.send(payload, { socket, port, address: host.text })) {
        return this.#tally.drop("congested");
      }
    }
    this.#tally.sentPackets++;
    this.#tally.sentBytes += payload.length;
    if (target !== undefined) {
      this.relayDatagram(target, {
        ...{ payload, address: relayedText, port: relay.port },
      });
    }
  }

  /**
   * A channel that is bound lets data through, also when the permission has
   * expired before it: as coturn does, for clients that rebind every 8 minutes.
   */
  #toClient(
    allocation: Allocation,
    { host, port, payload, now }: Passing,
  ): void {
    const channel = host.channels.get(port);
    const isBound = channel !== undefined && channel.expiresAt > now;
    if (!isBound && host.permittedUntil <= now) {
      return this.#tally.drop("no-permission");
    }
    if (!this.#spend(allocation, payload.length, now)) {
      return this.#tally.drop("rate");
    }
    const length = isBound
      ? this.#writeChannelData(channel.number, payload)
      : this.#writeData(host, { port, payload });
    const dropped = allocation.client.send(this.#scratch.subarray(0, length));
    if (dropped !== undefined) return this.#tally.drop(dropped);
    this.#tally.receivedPackets++;
    this.#tally.receivedBytes += payload.length;
  }

  #isLive(
    allocation: Allocation | undefined,
    now: number,
  ): allocation is Allocation {
    return allocation !== undefined && allocation.expiresAt > now;
  }

  #spend(allocation: Allocation, bytes: number, now: number): boolean {
    if (!allocation.budget.has(bytes, now) || !this.#budget.has(bytes, now)) {
      return false;
    }
    allocation.budget.take(bytes);
    this.#budget.take(bytes);
    return true;
  }

  #writeChannelData(number: number, payload: Uint8Array): number {
    writeUint16(this.#scratch, number, 0);
    writeUint16(this.#scratch, payload.length, 2);
    this.#scratch.set(payload, CHANNEL_HEADER_BYTES);
    return CHANNEL_HEADER_BYTES + payload.length;
  }

  #writeData(
    { address }: PeerHost,
    { port, payload }: { port: number; payload: Uint8Array },
  ): number {
    const scratch = this.#scratch;
    const dataAt = HEADER_BYTES + 8 + address.length;
    const length = dataAt + 4 + padded(payload.length);
    writeUint16(scratch, DATA_TYPE, 0);
    writeUint16(scratch, length - HEADER_BYTES, 2);
    writeUint32(scratch, MAGIC_COOKIE, 4);
    scratch.fill(0, 8, HEADER_BYTES);
    writeUint32(scratch, ++this.#indications, 16);
    writeUint16(scratch, ATTRIBUTE.xorPeerAddress, HEADER_BYTES);
    writeUint16(scratch, 4 + address.length, HEADER_BYTES + 2);
    writeUint16(
      scratch,
      FAMILY[address.length === 4 ? 4 : 6],
      HEADER_BYTES + 4,
    );
    writeUint16(scratch, port ^ COOKIE_HIGH, HEADER_BYTES + 6);
    for (let i = 0; i < address.length; i++) {
      scratch[HEADER_BYTES + 8 + i] = address[i]! ^ scratch[4 + i]!;
    }
    writeUint16(scratch, ATTRIBUTE.data, dataAt);
    writeUint16(scratch, payload.length, dataAt + 2);
    scratch.set(payload, dataAt + 4);
    scratch.fill(0, dataAt + 4 + payload.length, length);
    return length;
  }

  /** Reads into `sent`; RFC 8656, section 11.2: what is not understood is dropped. */
  #readSend(bytes: Uint8Array): boolean {
    let peerAt = 0;
    let dataAt = 0;
    for (let at = HEADER_BYTES; at < bytes.length;) {
      const type = readUint16(bytes, at);
      const length = readUint16(bytes, at + 2);
      if (at + 4 + length > bytes.length || isUnknownRequired(type)) {
        return false;
      }
      if (type === ATTRIBUTE.xorPeerAddress) peerAt ||= at;
      if (type === ATTRIBUTE.data) dataAt ||= at;
      at += 4 + padded(length);
    }
    if (peerAt === 0 || dataAt === 0) return false;
    sent.at = dataAt + 4;
    sent.length = readUint16(bytes, dataAt + 2);
    return this.#readPeer(bytes, peerAt);
  }

  #readPeer(bytes: Uint8Array, at: number): boolean {
    const valueBytes = readUint16(bytes, at + 2);
    const family = bytes[at + 5];
    const isV4 = valueBytes === 8 && family === FAMILY[4];
    if (!isV4 && !(valueBytes === 20 && family === FAMILY[6])) return false;
    const address = isV4 ? this.#v4 : this.#v6;
    for (let i = 0; i < address.length; i++) {
      address[i] = bytes[at + 8 + i]! ^ bytes[4 + i]!; // cookie and id follow each other
    }
    sent.peer.address = address;
    sent.peer.port = readUint16(bytes, at + 6) ^ COOKIE_HIGH;
    return sent.peer.port !== 0;
  }
}

function isReachable({ reach }: PeerHost, port: number): boolean {
  return !reach.isRelaysOnly &&
    (reach.closedPorts.length === 0 || !reach.closedPorts.includes(port));
}
