/** Which peers are relayed to: else a TURN server is a way into the network that it stands in. */

import ipaddr from "ipaddr.js";

/** What `--turn-allow-private` opens, by ipaddr.js' names. */
const PRIVATE_RANGES: ReadonlySet<string> = new Set([
  "private",
  "loopback",
  "linkLocal",
  "uniqueLocal",
  "carrierGradeNat",
]);

/**
 * Where clouds tell a machine its secrets. Never opened: private to the machine,
 * and one of them, Azure's 168.63.129.16, looks public.
 */
const METADATA = [
  "169.254.169.0/24", // AWS, Azure, Google, Oracle and others
  "169.254.170.0/24", // AWS ECS and EKS
  "169.254.42.42/32", // Scaleway
  "169.254.0.23/32", // Tencent
  "100.100.100.200/32", // Alibaba
  "168.63.129.16/32", // Azure
  "fd00:ec2::/32", // AWS
  "fd00:c1::a9fe:a9fe/128", // Oracle
  "fd20:ce::254/128", // Google
].map((range) => ipaddr.parseCIDR(range));

/** All that IANA has given out to be reached; the rest holds IPv4-compatible forms and worse. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/** Where one may not be relayed to, since it is a listener of the node itself. */
export interface OwnListener {
  /** A wildcard, `0.0.0.0` or `::`, stands for every address: ours are not known. */
  readonly address: string;
  readonly port: number;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Only unicast, public addresses pass, and private ones where that was asked for. */
export class PeerFilter {
  readonly #allowPrivate: boolean;
  readonly #machine: ReadonlySet<string>;
  readonly #own = new Set<string>();
  readonly #ownEverywhere = new Set<number>();

  constructor({ allowPrivate, own, machine = [] }: {
    allowPrivate: boolean;
    own: readonly OwnListener[];
    /** Addresses of the machine itself: what comes from it, its firewall lets through. */
    machine?: readonly string[];
  }) {
    this.#allowPrivate = allowPrivate;
    this.#machine = new Set(
      machine.map((address) => ipaddr.process(address).toString()),
    );
    for (const { address, port } of own) {
      const parsed = ipaddr.process(address);
      if (parsed.range() === "unspecified") this.#ownEverywhere.add(port);
      else this.#own.add(keyOf(parsed, port));
    }
  }

  /** Whether a peer may be relayed to. Addresses have 4 or 16 bytes, others are refused. */
  allows(address: Uint8Array, port: number): boolean {
    if (address.length !== 4 && address.length !== 16) return false;
    const peer = ipaddr.fromByteArray([...address]);
    return port > 0 && this.#isOpen(peer) && !METADATA.some(contains(peer)) &&
      !this.#ownEverywhere.has(port) && !this.#own.has(keyOf(peer, port));
  }

  /**
   * Forms that carry an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo)
   * are refused whatever they carry: a peer is named in its own family.
   */
  #isOpen(peer: Address): boolean {
    const range = peer.range();
    if (PRIVATE_RANGES.has(range) || this.#machine.has(peer.toString())) {
      return this.#allowPrivate;
    }
    return range === "unicast" &&
      (peer.kind() === "ipv4" || contains(peer)(GLOBAL_UNICAST));
  }
}

function contains(peer: Address): (range: [Address, number]) => boolean {
  return ([network, bits]) =>
    network.kind() === peer.kind() && peer.match(network, bits);
}

function keyOf(address: Address, port: number): string {
  return `${address} ${port}`;
}
