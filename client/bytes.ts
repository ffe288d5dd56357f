/** Numbers and hex digits as bytes, as the formats between peers have them. */

/** A number below 2^32 as 4 bytes, big-endian. */
export function encodeU32(value: number): number[] {
  return [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];
}

/** A byte as two hex digits; to be given to `Array.from`. */
export function toHexPair(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** Bytes of hex digits; an even number of them. */
export function fromHex(digits: string): number[] {
  return digits.match(/../g)!.map((pair) => parseInt(pair, 16));
}

/**
 * Reads fields one after the other. Past the end they are zeros, and
 * {@linkcode ByteReader.isPast} says so: decoders ask once, when all is read.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  /** Begins at the first byte. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether more was read than there is. */
  get isPast(): boolean {
    return this.#at > this.#bytes.length;
  }

  /** Bytes that are not read yet. */
  get left(): number {
    return Math.max(0, this.#bytes.length - this.#at);
  }

  /** The next so many bytes; by default all that are left. */
  take(length: number = this.left): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(length);
    taken.set(this.#bytes.subarray(this.#at, this.#at += length));
    return taken;
  }

  /** The next bytes, at most six, as a number, big-endian. */
  number(length: number): number {
    return this.take(length).reduce((value, byte) => value * 256 + byte, 0);
  }
}
