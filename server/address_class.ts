/** Which addresses a stranger may send this machine to: else it is a way into the network that it stands in. */

import ipaddr from "ipaddr.js";

/** An address, as ipaddr.js parses it. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Reachable by everybody; only from here; never to be sent to. */
export type AddressClass = "public" | "private" | "refused";

/** By ipaddr.js' names. */
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

/**
 * Forms that carry an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo)
 * are refused whatever they carry: who is meant is named in its own family.
 */
export function classOf(address: Address): AddressClass {
  if (METADATA.some((range) => isWithin(address, range))) return "refused";
  const range = address.range();
  if (PRIVATE_RANGES.has(range)) return "private";
  const isGlobal = address.kind() === "ipv4" ||
    isWithin(address, GLOBAL_UNICAST);
  return range === "unicast" && isGlobal ? "public" : "refused";
}

function isWithin(
  address: Address,
  [network, bits]: [Address, number],
): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}
