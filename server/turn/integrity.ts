/** MESSAGE-INTEGRITY and FINGERPRINT, RFC 8489, sections 14.5 and 14.7. */

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { ATTRIBUTE } from "./attributes.ts";
import {
  HEADER_BYTES,
  type Message,
  readUint32,
  writeUint16,
} from "./message.ts";

/** Its bytes make a checksum of STUN differ from one of what STUN carries. */
export const FINGERPRINT_XOR = 0x5354554e;

const INTEGRITY_BYTES = 20;
const ATTRIBUTE_BYTES = 4 + INTEGRITY_BYTES;

/** Key of the long-term mechanism; the texts are ASCII, so SASLprep changes nothing. */
export function integrityKey(
  { username, realm, password }: {
    username: string;
    realm: string;
    password: string;
  },
): Uint8Array {
  return createHash("md5").update(`${username}:${realm}:${password}`).digest();
}

/** HMAC of a message up to MESSAGE-INTEGRITY, under the length that it has with that. */
export function hmacOf(key: Uint8Array, before: Uint8Array): Uint8Array {
  const header = before.slice(0, HEADER_BYTES);
  writeUint16(header, before.length + ATTRIBUTE_BYTES - HEADER_BYTES, 2);
  return createHmac("sha1", key).update(header)
    .update(before.subarray(HEADER_BYTES)).digest();
}

/** Whether a message has a MESSAGE-INTEGRITY of this key. */
export function isSignedWith(key: Uint8Array, message: Message): boolean {
  const signature = message.find(ATTRIBUTE.messageIntegrity);
  if (signature?.value.length !== INTEGRITY_BYTES) return false;
  const before = message.bytes.subarray(0, signature.at);
  return timingSafeEqual(hmacOf(key, before), signature.value);
}

/** Whether a message has no FINGERPRINT, or a right one at its end. */
export function hasGoodFingerprint({ bytes, attributes }: Message): boolean {
  const found = attributes.findIndex(({ type }) =>
    type === ATTRIBUTE.fingerprint
  );
  if (found === -1) return true;
  const { at, value } = attributes[found]!;
  return found === attributes.length - 1 && value.length === 4 &&
    readUint32(value, 0) ===
      ((crc32(bytes.subarray(0, at)) ^ FINGERPRINT_XOR) >>> 0);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) {
    crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return crc;
});

/** CRC-32 of ITU V.42, which zip has too. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) {
    crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]!) & 0xff]!;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
