/** Where an origin is: at an address that strangers may send this machine to, or nowhere. */

import ipaddr from "ipaddr.js";
import type { LookupFunction } from "node:net";
import { isAddress, networkOf } from "../../address.ts";
import { classOf } from "../../address_class.ts";
import type { Network } from "./network.ts";

/** An address that may be connected to, and what is scarce about it. */
export interface Place {
  readonly address: string;
  /** Its /24 or /48; null for one that is not public. */
  readonly network: string | null;
}

/** A place, or why there is none. */
export type Location =
  | { readonly ok: true; readonly value: Place }
  | {
    readonly ok: false;
    readonly reason: "unreachable" | "private-address";
    /** For the log. */
    readonly detail: string;
  };

/** Resolves names and checks what they resolve to; whoever connects must connect to that. */
export class Locator {
  readonly #network: Network;
  readonly #allowPrivate: boolean;

  constructor({ network, allowPrivate }: {
    network: Network;
    allowPrivate: boolean;
  }) {
    this.#network = network;
    this.#allowPrivate = allowPrivate;
  }

  /** `hostname` as in a URL, or an address. Never rejects. */
  async locate(hostname: string): Promise<Location> {
    const literal = hostname.replace(/^\[|\]$/g, "");
    return this.check(
      isAddress(literal) ? [literal] : await this.#network.resolve(hostname),
    );
  }

  /** The first address, if all of them may be asked: a name with one inner address is a trap. */
  check(addresses: readonly string[]): Location {
    const [address] = addresses;
    if (address === undefined) {
      return { ok: false, reason: "unreachable", detail: "it has no address" };
    }
    const inner = addresses.find((address) => !this.#mayReach(address));
    if (inner !== undefined) {
      const detail = `${inner} is no public address`;
      return { ok: false, reason: "private-address", detail };
    }
    const isPublic = classOf(ipaddr.parse(address)) === "public";
    const network = isPublic ? networkOf(address) : null;
    return { ok: true, value: { address, network } };
  }

  /** For sockets that resolve by themselves: they get the address that was checked. */
  readonly lookUp: LookupFunction = (hostname, { all }, done) => {
    this.locate(hostname).then((found) => {
      if (!found.ok) return done(new Error(found.detail), "", 0);
      const { address } = found.value;
      const family = address.includes(":") ? 6 : 4;
      if (all) done(null, [{ address, family }]);
      else done(null, address, family);
    });
  };

  #mayReach(address: string): boolean {
    if (!isAddress(address)) return false;
    const reach = classOf(ipaddr.parse(address));
    return reach === "public" || (reach === "private" && this.#allowPrivate);
  }
}
