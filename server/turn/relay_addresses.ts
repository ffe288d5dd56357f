/** Where relay sockets are bound, and the address that clients are told of them. */

import ipaddr from "ipaddr.js";
import { familyOf } from "../address.ts";
import { type IpFamily, isWildcard } from "./ip.ts";
import { addressesOfMachine } from "./machine.ts";

interface Place {
  readonly bound: string;
  readonly advertised: string;
}

/** One place for each family that the server listens on. */
export class RelayAddresses {
  readonly #places = new Map<IpFamily, Place>();

  constructor({ hosts, externalIp, ownAddress = ownAddressOf }: {
    hosts: readonly string[];
    externalIp: string | null;
    /** The host's address of a family as others see it. */
    ownAddress?: (family: IpFamily) => string | undefined;
  }) {
    for (const family of [4, 6] as const) {
      const ofFamily = hosts.filter((host) => familyOf(host) === family);
      const bound = ofFamily.find(isWildcard) ?? ofFamily[0];
      if (bound === undefined) continue;
      const external = externalIp !== null && familyOf(externalIp) === family
        ? externalIp
        : undefined;
      const own = isWildcard(bound) ? ownAddress(family) : bound;
      this.#places.set(family, { bound, advertised: external ?? own ?? bound });
    }
  }

  has(family: IpFamily): boolean {
    return this.#places.has(family);
  }

  /** The address to bind to. */
  bound(family: IpFamily): string | undefined {
    return this.#places.get(family)?.bound;
  }

  /** The address that clients and peers are told. */
  advertised(family: IpFamily): string | undefined {
    return this.#places.get(family)?.advertised;
  }
}

/**
 * A public address of the host's interfaces, else another one that leaves the
 * host. Deno's UDP sockets do not say from which address they would send.
 */
function ownAddressOf(family: IpFamily): string | undefined {
  const addresses = addressesOfMachine().filter((address) =>
    familyOf(address) === family
  );
  const ofRange = (...ranges: string[]) =>
    addresses.find((address) => ranges.includes(ipaddr.parse(address).range()));
  return ofRange("unicast") ?? ofRange("private", "carrierGradeNat") ??
    ofRange("uniqueLocal") ?? ofRange("loopback");
}
