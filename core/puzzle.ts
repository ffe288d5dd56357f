/** The one message that is mined: 52 bytes, a single SHA-256 block. */

/** Bytes of a challenge. */
export const CHALLENGE_BYTES = 32;
/** Puzzles in a stamp: eight of 1/8 the work have a p99 of 2 times their mean, one has 4.6. */
export const PUZZLES = 8;
/** log2({@linkcode PUZZLES}): each puzzle is this much lower than the stamp. */
export const PUZZLE_BITS = 3;
/** Bytes of a nonce in a stamp. */
const NONCE_BYTES = 6;
/** Bytes of the nonces of one stamp. */
export const NONCES_BYTES = PUZZLES * NONCE_BYTES;
/** A nonce's low half is below this. */
export const LOW_HALF = 2 ** 32;
/** Nonces are below this. */
export const NONCE_LIMIT = 2 ** 48;

const MESSAGE_BYTES = 52;
/** Stands behind the challenge. */
export const LABEL: Uint8Array = new TextEncoder().encode("sigmesh1");
const INDEX_AT = 40;
const NONCE_AT = 44;

/**
 * `challenge | "sigmesh1" | index u32 | nonce u64`, to be hashed over and over:
 * the nonce is written in place. It fills words 11 and 12 of the one block, so
 * no part of the message schedule can be shared between challenges.
 */
export class PuzzleMessage {
  /** The message as it stands now. */
  readonly bytes: Uint8Array = new Uint8Array(MESSAGE_BYTES);
  readonly #view = new DataView(this.bytes.buffer);

  /** Throws RangeError unless the challenge has 32 bytes. */
  constructor(challenge: Uint8Array) {
    requireChallenge(challenge);
    this.bytes.set(challenge);
    this.bytes.set(LABEL, CHALLENGE_BYTES);
  }

  /** Selects the puzzle, 0..7. */
  setIndex(index: number): void {
    this.#view.setUint32(INDEX_AT, index);
  }

  /** Writes a nonce below 2^48. */
  setNonce(nonce: number): void {
    this.#view.setUint32(NONCE_AT, Math.floor(nonce / LOW_HALF));
    this.#view.setUint32(NONCE_AT + 4, nonce % LOW_HALF);
  }
}

/** Throws RangeError unless it has 32 bytes. */
export function requireChallenge({ length }: Uint8Array): void {
  if (length !== CHALLENGE_BYTES) {
    throw new RangeError(
      `A challenge has ${CHALLENGE_BYTES} bytes, got ${length}`,
    );
  }
}

/** Reads nonce `index` of a stamp's 48 bytes. */
export function readNonce(nonces: Uint8Array, index: number): number {
  let nonce = 0;
  for (let i = 0; i < NONCE_BYTES; i++) {
    nonce = nonce * 256 + nonces[index * NONCE_BYTES + i]!;
  }
  return nonce;
}

/** Writes nonce `index` of a stamp's 48 bytes. */
export function writeNonce(
  nonces: Uint8Array,
  index: number,
  nonce: number,
): void {
  for (let i = NONCE_BYTES - 1; i >= 0; i--) {
    nonces[index * NONCE_BYTES + i] = nonce % 256;
    nonce = Math.floor(nonce / 256);
  }
}

/** The 32-bit big-endian word at byte `at`. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 |
    bytes[at + 3]!) >>> 0;
}
