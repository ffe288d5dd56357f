/** From what people call a room to what nodes call it, and to the key that they must not have. */

import { parseRoomHash, type RoomHash } from "@sigmesh/core/wire";
import { encodeU32, toHexPair } from "./bytes.ts";

/** What the members of a room share. */
export interface RoomSecret {
  /** The room's name on nodes, 64 hex digits. */
  readonly room: RoomHash;
  /** AES-GCM, 256 bits, not extractable. */
  readonly key: CryptoKey;
}

/** What a room is derived from. */
export interface RoomName {
  /** Keeps the rooms of one application apart from those of others. */
  readonly app: string;
  /** Of the room within it. */
  readonly name: string;
  /** Without one, who guesses app and name can read and pose. Empty is as none. */
  readonly password?: string | undefined;
}

/** Nodes mine SHA-256: a fast hash would let them try passwords on room hashes. */
const PASSWORD_ROUNDS = 600_000;
const SECRET_BITS = 256;

/**
 * Derives a room's hash and key; with a password it takes some 0.2 s. They are
 * separate outputs of HKDF, so that the hash tells nothing of the key. Rejects
 * with DOMException `NotSupportedError` where there is no `crypto.subtle`.
 */
export async function deriveRoomSecret(
  { app, name, password }: RoomName,
): Promise<RoomSecret> {
  if (crypto.subtle === undefined) {
    throw new DOMException(
      "Encryption needs https or localhost: open this page there",
      "NotSupportedError",
    );
  }
  const place = encodePlace(app, name);
  const secret = await importSecret(
    password ? await stretch(password, place) : place,
    "HKDF",
  );
  const hash = await crypto.subtle.deriveBits(
    hkdfFor("room"),
    secret,
    SECRET_BITS,
  );
  return {
    room: parseRoomHash(
      Array.from(new Uint8Array(hash), toHexPair).join(""),
    )!,
    key: await crypto.subtle.deriveKey(
      hkdfFor("key"),
      secret,
      { name: "AES-GCM", length: SECRET_BITS },
      false,
      ["encrypt", "decrypt"],
    ),
  };
}

/** Lengths go before, so that no two pairs of texts give the same bytes. */
function encodePlace(...texts: string[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(texts.flatMap((text) => {
    const bytes = encodeText(text);
    return [...encodeU32(bytes.length), ...bytes];
  }));
}

/** One text however it was typed: keyboards differ in how they compose accents. */
function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text.normalize());
}

async function stretch(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
): Promise<ArrayBuffer> {
  return await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: PASSWORD_ROUNDS },
    await importSecret(encodeText(password), "PBKDF2"),
    SECRET_BITS,
  );
}

function importSecret(
  bytes: BufferSource,
  algorithm: "HKDF" | "PBKDF2",
): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, algorithm, false, [
    "deriveBits",
    "deriveKey",
  ]);
}

function hkdfFor(output: string): HkdfParams {
  return {
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: new TextEncoder().encode(`sigmesh/1 ${output}`),
  };
}
