/** Which peers are relayed to: else a TURN server is a way into the network that it stands in. */

import ipaddr from "ipaddr.js";
import { type Address, classOf } from "../address_class.ts";

/** Where one may not be relayed to, since it is a listener of the node itself. */
export interface OwnListener {
  /** A wildcard, `0.0.0.0` or `::`, stands for every address: ours are not known. */
  readonly address: string;
  readonly port: number;
}

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
    return port > 0 && this.#isOpen(peer) &&
      !this.#ownEverywhere.has(port) && !this.#own.has(keyOf(peer, port));
  }

  #isOpen(peer: Address): boolean {
    const reach = classOf(peer);
    const isPrivate = reach === "private" || this.#machine.has(`${peer}`);
    return reach !== "refused" && (!isPrivate || this.#allowPrivate);
  }
}

function keyOf(address: Address, port: number): string {
  return `${address} ${port}`;
}
