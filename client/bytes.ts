/**
 * Numbers and hex digits as bytes, as the formats between peers have them. What
 * encodes is to be put into a Uint8Array, which keeps the low 8 bits of each.
 */

/** A number below 2^16, big-endian. */
export function encodeU16(value: number): number[] {
  return [value >> 8, value];
}

/** A number below 2^32, big-endian. */
export function encodeU32(value: number): number[] {
  return [...encodeU16(value >>> 16), ...encodeU16(value)];
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

/**
 * Reads fields one after the other. Past the end they are zeros, and `left` is
 * negative: decoders ask once, when all is read.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  /** Begins at the first byte. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes that are not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** The next so many bytes; by default all that are left. */
  take(length: number = Math.max(0, this.left)): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(length);
    taken.set(this.#bytes.subarray(this.#at, this.#at += length));
    return taken;
  }

  /** The next bytes, at most six, as a number, big-endian. */
  number(length: number): number {
    return this.take(length).reduce((value, byte) => value * 256 + byte, 0);
  }
}
