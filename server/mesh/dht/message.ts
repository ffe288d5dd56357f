/** What of the DHT's datagrams and values is fit to be worked with. */

import { Buffer } from "node:buffer";
import bencode from "bencode";
import type { Message } from "k-rpc";

const ID_BYTES = 20;
/** Fields of queries and answers that the library uses without looking. */
const BYTE_STRINGS = ["token", "k", "sig", "salt"];
const IDS = ["target", "info_hash"];

/** Bytes that are one value, spelled as BEP 3 says and as no other. Undefined for others. */
export function decodeValue(
  v: Uint8Array,
): { readonly value: unknown } | undefined {
  try {
    const value = bencode.decode(v);
    // npm bencode reads more than is bencoded; what it writes is canonical.
    return value !== null && bencode.encode(value).equals(v)
      ? { value }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The one spelling of a decoded value; undefined for what is none. */
export function encodeValue(
  value: unknown,
): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(bencode.encode(value));
  } catch {
    return undefined;
  }
}

/**
 * Whether a datagram is a message of BEP 5 as far as k-rpc and bittorrent-dht
 * do not look themselves: an id that is a number makes k-rpc throw before it
 * answers its caller, who would wait for ever.
 */
export function isSound(datagram: Uint8Array): boolean {
  let message: unknown;
  try {
    message = bencode.decode(datagram);
  } catch {
    return false;
  }
  if (!isDictionary(message)) return false;
  if (!Buffer.isBuffer(message.t) || !Buffer.isBuffer(message.y)) return false;
  switch (`${message.y}`) {
    case "r":
      return isDictionary(message.r) && areSound(message.r);
    case "e":
      return true;
    case "q":
      return Buffer.isBuffer(message.q) && isDictionary(message.a) &&
        areSound(message.a);
    default:
      return false;
  }
}

function areSound(fields: Message): boolean {
  const isSoundIn = (names: string[], is: (value: unknown) => boolean) =>
    names.every((name) => fields[name] === undefined || is(fields[name]));
  return isId(fields.id) && isSoundIn(IDS, isId) &&
    isSoundIn(BYTE_STRINGS, Buffer.isBuffer);
}

/** Whether it is the id of a node, or another place in the DHT. */
export function isId(value: unknown): value is Buffer {
  return Buffer.isBuffer(value) && value.length === ID_BYTES;
}

/** Whether it is a bencoded dictionary. */
export function isDictionary(value: unknown): value is Message {
  return typeof value === "object" && value !== null &&
    !Array.isArray(value) && !ArrayBuffer.isView(value);
}
