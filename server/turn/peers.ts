/** What one allocation may exchange with whom: permissions and channels, RFC 8656, sections 9 and 12. */

import { readUint32 } from "./message.ts";
import type { Reach } from "./reach.ts";
import type { TransportAddress } from "./attributes.ts";
import { textOfIp } from "./ip.ts";

/** One address that was permitted. */
export interface PeerHost {
  readonly text: string;
  readonly address: Uint8Array;
  readonly reach: Reach;
  /** Unix milliseconds. */
  permittedUntil: number;
  /** By the peer's port. */
  readonly channels: Map<number, Channel>;
}

/** A peer with a number instead of an address. */
export interface Channel {
  readonly number: number;
  readonly host: PeerHost;
  readonly port: number;
  /** Unix milliseconds. */
  expiresAt: number;
}

/** Why a channel cannot be bound. */
export type BindRefusal = "taken" | "full";

/** Times are Unix milliseconds. Bounded; what has expired goes when its place is needed. */
export class Peers {
  readonly #maxHosts: number;
  readonly #maxChannels: number;
  readonly #byText = new Map<string, PeerHost>();
  /** IPv4 once more, to be found from the bytes of a message without making text. */
  readonly #byNumber = new Map<number, PeerHost>();
  readonly #channels = new Map<number, Channel>();

  constructor(
    { maxHosts, maxChannels }: { maxHosts: number; maxChannels: number },
  ) {
    this.#maxHosts = maxHosts;
    this.#maxChannels = maxChannels;
  }

  hostByText(text: string): PeerHost | undefined {
    return this.#byText.get(text);
  }

  hostByBytes(address: Uint8Array): PeerHost | undefined {
    return address.length === 4
      ? this.#byNumber.get(readUint32(address, 0))
      : this.#byText.get(textOfIp(address));
  }

  channel(number: number): Channel | undefined {
    return this.#channels.get(number);
  }

  /** Whether so many addresses more can be permitted. */
  hasRoomFor(addresses: readonly Uint8Array[], now: number): boolean {
    const fresh = addresses.filter((address) => !this.hostByBytes(address));
    if (this.#byText.size + fresh.length > this.#maxHosts) this.#prune(now);
    return this.#byText.size + fresh.length <= this.#maxHosts;
  }

  /** Permits an address, or permits it for longer. */
  permit(
    address: Uint8Array,
    { reach, until }: { reach: Reach; until: number },
  ): PeerHost {
    const host = this.hostByBytes(address) ?? this.#addHost(address, reach);
    host.permittedUntil = until;
    return host;
  }

  /** Why a number cannot stand for a peer now; undefined when it can. */
  refusalOfBind(
    number: number,
    { peer, now }: { peer: TransportAddress; now: number },
  ): BindRefusal | undefined {
    const bound = this.#live(this.#channels.get(number), now);
    const host = this.hostByBytes(peer.address);
    const ofPeer = this.#live(host?.channels.get(peer.port), now);
    if (bound !== ofPeer) return "taken";
    if (bound !== undefined) return undefined;
    if (this.#channels.size >= this.#maxChannels) this.#prune(now);
    return this.#channels.size >= this.#maxChannels ? "full" : undefined;
  }

  /** Binds a number to a port of a permitted address, or keeps it bound for longer. */
  bind(
    number: number,
    { host, port, until }: { host: PeerHost; port: number; until: number },
  ): void {
    const bound = this.#channels.get(number);
    if (bound?.host === host && bound.port === port) {
      bound.expiresAt = until;
      return;
    }
    for (const old of [bound, host.channels.get(port)]) {
      if (old !== undefined) this.#unbind(old);
    }
    const channel = { number, host, port, expiresAt: until };
    this.#channels.set(number, channel);
    host.channels.set(port, channel);
  }

  #live(channel: Channel | undefined, now: number): Channel | undefined {
    return channel !== undefined && channel.expiresAt > now
      ? channel
      : undefined;
  }

  #addHost(address: Uint8Array, reach: Reach): PeerHost {
    const text = textOfIp(address);
    const host = {
      text,
      address,
      reach,
      permittedUntil: 0,
      channels: new Map(),
    };
    this.#byText.set(text, host);
    if (address.length === 4) this.#byNumber.set(readUint32(address, 0), host);
    return host;
  }

  #unbind(channel: Channel): void {
    this.#channels.delete(channel.number);
    channel.host.channels.delete(channel.port);
  }

  #prune(now: number): void {
    for (const channel of this.#channels.values()) {
      if (channel.expiresAt <= now) this.#unbind(channel);
    }
    for (const host of this.#byText.values()) {
      if (host.permittedUntil > now || host.channels.size > 0) continue;
      this.#byText.delete(host.text);
      if (host.address.length === 4) {
        this.#byNumber.delete(readUint32(host.address, 0));
      }
    }
  }
}
