/**
 * Numbers and hex digits as bytes, as the formats between peers have them.
 * Decoders take what they read off the front of an array; what is encoded goes
 * into a Uint8Array, which keeps the low 8 bits of each.
 */

/** A number below 2^32, big-endian. */
export function encodeU32(value: number): number[] {
  return [value >>> 24, value >>> 16, value >>> 8, value];
}

/** The number that up to six bytes are, big-endian. */
export function numberOf(bytes: readonly number[]): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** Bytes as hex digits, two each, with something between them. */
export function toHex(bytes: Iterable<number>, between = ""): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join(between);
}

/** The bytes of hex digits, an even number of them. */
export function fromHex(digits: string): number[] {
  return digits.match(/../g)!.map((pair) => parseInt(pair, 16));
}
