/**
 * Ids of the DHT that fit the address of their node (BEP 42). Many nodes keep
 * those before others in their tables, and some store with no others: an id
 * that anybody may choose can be put beside any key.
 */

import { Buffer } from "node:buffer";
import ipaddr from "ipaddr.js";

const ID_BYTES = 20;
/** The more a bit of an address costs, the more of the id it decides. */
const MASK = 0x030f_3fff;
/** Castagnoli's polynomial, reflected. */
const CRC32C = 0x82f6_3b78;

/** One of the ids that fit an IPv4 address, by chance. */
export function createNodeId(address: string): Buffer {
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(ID_BYTES)));
  const seed = id[ID_BYTES - 1]!;
  const prefix = prefixOf(address, seed);
  id.writeUInt16BE(prefix >>> 16, 0);
  id[2] = ((prefix >>> 8) & 0xf8) | (id[2]! & 0x07);
  return id;
}

/** Whether an id fits an IPv4 address: its first 21 bits do. */
export function fitsAddress(id: Uint8Array, address: string): boolean {
  const view = new DataView(id.buffer, id.byteOffset);
  const prefix = prefixOf(address, id[ID_BYTES - 1]!);
  return (view.getUint32(0) ^ prefix) >>> 11 === 0;
}

/** 32 bits, of which 21 count. */
function prefixOf(address: string, seed: number): number {
  const bytes = new DataView(new ArrayBuffer(4));
  for (const [i, byte] of ipaddr.IPv4.parse(address).octets.entries()) {
    bytes.setUint8(i, byte);
  }
  bytes.setUint32(0, (bytes.getUint32(0) & MASK) | ((seed & 7) << 29));
  return crc32c(new Uint8Array(bytes.buffer));
}

function crc32c(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (crc & 1 ? CRC32C : 0);
    }
  }
  return ~crc >>> 0;
}
