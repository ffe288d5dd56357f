/** Attributes of STUN and TURN: their numbers, and the values that are more than bytes. */

import {
  MAGIC_COOKIE,
  readUint16,
  readUint32,
  writeUint16,
} from "./message.ts";

/** RFC 8489, section 18.3; RFC 8656, section 18. */
export const ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  evenPort: 0x0018,
  requestedTransport: 0x0019,
  dontFragment: 0x001a,
  messageIntegritySha256: 0x001c,
  xorMappedAddress: 0x0020,
  reservationToken: 0x0022,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
} as const;

/** From here on a receiver may ignore what it does not know. */
const OPTIONAL_FROM = 0x8000;

/**
 * What a request must be understood in. DONT-FRAGMENT is not among them: no API
 * of the runtime sets the bit, and RFC 8656, section 7.2, wants it refused then.
 * Nor are those of ICE of use here, but browsers' probes carry them.
 */
const UNDERSTOOD: ReadonlySet<number> = new Set(
  Object.values(ATTRIBUTE).filter((type) =>
    type !== ATTRIBUTE.dontFragment &&
    type !== ATTRIBUTE.messageIntegritySha256
  ),
);

/** Whether an attribute may neither be understood nor ignored. */
export function isUnknownRequired(type: number): boolean {
  return type < OPTIONAL_FROM && !UNDERSTOOD.has(type);
}

/** As the wire names address families. */
export const FAMILY = { 4: 1, 6: 2 } as const;

/** Where a datagram goes: 4 or 16 bytes, and a port. */
export interface TransportAddress {
  readonly address: Uint8Array;
  readonly port: number;
}

const V4_VALUE_BYTES = 8;
const V6_VALUE_BYTES = 20;

/** Reads an XOR-...-ADDRESS; undefined when it is none. */
export function decodeXorAddress(
  value: Uint8Array,
  transactionId: Uint8Array,
): TransportAddress | undefined {
  if (!isAddressValue(value)) return undefined;
  const address = value.slice(4);
  xorAddress(address, transactionId);
  return { address, port: readUint16(value, 2) ^ (MAGIC_COOKIE >>> 16) };
}

export function encodeXorAddress(
  { address, port }: TransportAddress,
  transactionId: Uint8Array,
): Uint8Array {
  const value = new Uint8Array(4 + address.length);
  value[1] = FAMILY[address.length === 4 ? 4 : 6];
  writeUint16(value, port ^ (MAGIC_COOKIE >>> 16), 2);
  value.set(address, 4);
  xorAddress(value.subarray(4), transactionId);
  return value;
}

function isAddressValue(value: Uint8Array): boolean {
  return value.length === V4_VALUE_BYTES && value[1] === FAMILY[4] ||
    value.length === V6_VALUE_BYTES && value[1] === FAMILY[6];
}

/** With the cookie, then the transaction's id; the same undoes it. */
function xorAddress(address: Uint8Array, transactionId: Uint8Array): void {
  for (let i = 0; i < address.length; i++) {
    address[i]! ^= i < 4
      ? MAGIC_COOKIE >>> (24 - 8 * i)
      : transactionId[i - 4]!;
  }
}

/** Reads a number of 32 bits; undefined when the value has another size. */
export function decodeUint32(
  value: Uint8Array | undefined,
): number | undefined {
  return value?.length === 4 ? readUint32(value, 0) : undefined;
}

/** The code in an ERROR-CODE, 0 where there is none. */
export function decodeErrorCode(value: Uint8Array | undefined): number {
  return value === undefined || value.length < 4
    ? 0
    : value[2]! * 100 + value[3]!;
}
