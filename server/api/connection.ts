/** What a request's connection tells, and what is made of it. */

import ipaddr from "ipaddr.js";

/** Where a request came from and where it arrived. */
export interface Connection {
  /** The client's address; forwarded headers of trusted proxies are taken into account. */
  readonly clientAddress: string;
  /** Address and port on this machine at which the connection arrived. */
  readonly localAddress: string;
  readonly localPort: number;
  /** Scheme that the client dialled. */
  readonly scheme: "http" | "https";
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

/** Whether an address stays on its machine. */
export function isLoopback(address: string): boolean {
  return ipaddr.process(address).range() === "loopback";
}

function withoutZone(address: string): string {
  return address.split("%", 1)[0]!;
}
