/** STUN messages as bytes say them, RFC 8489, section 5. Pure: no socket, no clock. */

/** Every message carries it; what does not is no STUN since RFC 5389. */
export const MAGIC_COOKIE = 0x2112a442;
export const HEADER_BYTES = 20;
const ATTRIBUTE_HEADER_BYTES = 4;
const MESSAGE_INTEGRITY = 0x0008;
const FINGERPRINT = 0x8028;

/** What a message is, by its two class bits. */
export const KIND = {
  request: 0,
  indication: 1,
  success: 2,
  error: 3,
} as const;
export type Kind = typeof KIND[keyof typeof KIND];

/** Methods that this server knows. */
export const METHOD = {
  binding: 1,
  allocate: 3,
  refresh: 4,
  send: 6,
  data: 7,
  createPermission: 8,
  channelBind: 9,
} as const;

/** One attribute, as views of the message's bytes. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
  /** Where its header begins. */
  readonly at: number;
}

/** A message whose lengths hold; its attributes mean nothing yet. */
export class Message {
  readonly bytes: Uint8Array;
  readonly attributes: readonly Attribute[];

  constructor(bytes: Uint8Array, attributes: readonly Attribute[]) {
    this.bytes = bytes;
    this.attributes = attributes;
  }

  get method(): number {
    return methodOf(typeOf(this.bytes));
  }

  get kind(): Kind {
    return kindOf(typeOf(this.bytes));
  }

  get transactionId(): Uint8Array {
    return this.bytes.subarray(8, HEADER_BYTES);
  }

  /** Value of the first attribute of a type; RFC 8489, section 14: later ones do not count. */
  valueOf(type: number): Uint8Array | undefined {
    return this.find(type)?.value;
  }

  find(type: number): Attribute | undefined {
    return this.attributes.find((attribute) => attribute.type === type);
  }

  has(type: number): boolean {
    return this.find(type) !== undefined;
  }
}

/**
 * Undefined when the bytes are no whole STUN message and nothing but one. What
 * follows MESSAGE-INTEGRITY anybody may have added: only FINGERPRINT counts there
 * (RFC 8489, section 14.5).
 */
export function decodeMessage(received: Uint8Array): Message | undefined {
  if (!isMessage(received)) return undefined;
  // Sockets give Buffers, whose slice() does not copy.
  const { buffer, byteOffset, length } = received;
  const bytes = new Uint8Array(buffer, byteOffset, length);
  const attributes: Attribute[] = [];
  let isSigned = false;
  for (let at = HEADER_BYTES; at < bytes.length;) {
    const size = readUint16(bytes, at + 2);
    const start = at + ATTRIBUTE_HEADER_BYTES;
    if (start + size > bytes.length) return undefined;
    const type = readUint16(bytes, at);
    if (!isSigned || type === FINGERPRINT) {
      const value = bytes.subarray(start, start + size);
      attributes.push({ type, value, at });
    }
    isSigned ||= type === MESSAGE_INTEGRITY;
    at = start + padded(size);
  }
  return new Message(bytes, attributes);
}

/** Whether the header holds: type, length, cookie. */
export function isMessage(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && bytes[0]! < 0x40 &&
    bytes.length % 4 === 0 &&
    readUint16(bytes, 2) === bytes.length - HEADER_BYTES &&
    readUint32(bytes, 4) === MAGIC_COOKIE;
}

/** The first 16 bits, in which the bits of method and class are interleaved. */
export function messageType(method: number, kind: Kind): number {
  return (method & 0xf) | ((method & 0x70) << 1) | ((method & 0xf80) << 2) |
    ((kind & 1) << 4) | ((kind & 2) << 7);
}

function methodOf(type: number): number {
  return (type & 0xf) | ((type >> 1) & 0x70) | ((type >> 2) & 0xf80);
}

function kindOf(type: number): Kind {
  return (((type >> 7) & 2) | ((type >> 4) & 1)) as Kind;
}

function typeOf(bytes: Uint8Array): number {
  return readUint16(bytes, 0);
}

/** A length rounded up to whole words. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

export function readUint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) |
    (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function writeUint16(
  bytes: Uint8Array,
  value: number,
  at: number,
): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeUint32(
  bytes: Uint8Array,
  value: number,
  at: number,
): void {
  writeUint16(bytes, value >>> 16, at);
  writeUint16(bytes, value & 0xffff, at + 2);
}
