/** Which peers an allocation may exchange data with, by address and port. */

import type { IpFamily } from "./ip.ts";
import type { PeerFilter } from "./peer_filter.ts";
import type { RelayAddresses } from "./relay_addresses.ts";

/** A permission is for an address; some of its ports may be closed all the same. */
export interface Reach {
  /** Only our own relayed addresses there: the address is ours, and forbidden otherwise. */
  readonly isRelaysOnly: boolean;
  /** Our own listeners there. */
  readonly closedPorts: readonly number[];
}

/** A permission names no port that counts; nobody listens on this one. */
const ANY_PORT = 1;

/** Asked when a permission is installed; what it says then holds until it expires. */
export class ReachRules {
  readonly #filter: PeerFilter;
  readonly #ownPorts: readonly number[];
  readonly #relays: RelayAddresses;

  constructor({ filter, ownPorts, relays }: {
    filter: PeerFilter;
    /** Ports that the server itself listens on. */
    ownPorts: readonly number[];
    relays: RelayAddresses;
  }) {
    this.#filter = filter;
    this.#ownPorts = ownPorts;
    this.#relays = relays;
  }

  /** Undefined when nothing at this address may be reached. */
  reachOf(address: Uint8Array, text: string): Reach | undefined {
    const isOpen = this.#filter.allows(address, ANY_PORT);
    const family: IpFamily = address.length === 4 ? 4 : 6;
    const isOwn = this.#relays.advertised(family) === text;
    if (!isOpen && !isOwn) return undefined;
    const closedPorts = this.#ownPorts.filter((port) =>
      !this.#filter.allows(address, port)
    );
    return { isRelaysOnly: !isOpen, closedPorts };
  }
}
