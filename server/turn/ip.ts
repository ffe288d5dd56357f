/** IP addresses between bytes and text. */

import ipaddr from "ipaddr.js";

/** Text as sockets give it, so that one can be looked up by the other. */
export function textOfIp(bytes: Uint8Array): string {
  return bytes.length === 4
    ? `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`
    : ipaddr.fromByteArray([...bytes]).toString();
}

/** 4 or 16 bytes; of a mapped IPv4 address 4. */
export function bytesOfIp(text: string): Uint8Array {
  return Uint8Array.from(ipaddr.process(text).toByteArray());
}

export type IpFamily = 4 | 6;

export function familyOfBytes(bytes: Uint8Array): IpFamily {
  return bytes.length === 4 ? 4 : 6;
}

/** Whether a socket bound to it has every address of its family. */
export function isWildcard(text: string): boolean {
  return text === "0.0.0.0" || text === "::";
}
