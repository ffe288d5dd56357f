/** IP addresses: their one form, their family, what they stand for. */

import ipaddr from "ipaddr.js";

/** Whether a text is an IP address as people write it: no `127.1`, no port. */
export function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
}

/** An address as proxies forward it, `192.0.2.1:5678` or `[2001:db8::1]:5678`, without the port. */
export function withoutPort(text: string): string {
  const [, v6, v4] = /^\[([^\]]+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(text) ?? [];
  return v6 ?? v4 ?? text;
}

/** An address in its shortest form, IPv4 also when mapped into IPv6. */
export function normaliseAddress(address: string): string {
  return ipaddr.process(withoutZone(address)).toString();
}

/** 4 or 6. */
export function familyOf(address: string): 4 | 6 {
  return ipaddr.process(address).kind() === "ipv4" ? 4 : 6;
}

/** What one client can be expected to hold: an IPv4 address, an IPv6 /64. */
export function addressBlockOf(address: string): string {
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv4"
    ? parsed.toString()
    : ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/64`).toString();
}

/** The blocks by which a client is rationed: its own, and an IPv6 /48 around it. */
export function addressBlocksOf(address: string): readonly string[] {
  const own = addressBlockOf(address);
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv4" ? [own] : [
    own,
    networkOf(address),
  ];
}

/** The network that an address is of, as networks are given out: an IPv4 /24, an IPv6 /48. */
export function networkOf(address: string): string {
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv4"
    ? `${ipaddr.IPv4.networkAddressFromCIDR(`${parsed}/24`)}/24`
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/48`)}/48`;
}

/** Whether an address stays on its machine. */
export function isLoopback(address: string): boolean {
  return ipaddr.process(address).range() === "loopback";
}

/** The same of a host in a URL. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === "localhost" || /^(127\.|\[::1\])/.test(hostname);
}

/** Whether an address stands for all of a machine's, where one listens. */
export function isWildcard(address: string): boolean {
  return /^[0:.]+$/.test(normaliseAddress(address));
}

function withoutZone(address: string): string {
  return address.split("%", 1)[0]!;
}
