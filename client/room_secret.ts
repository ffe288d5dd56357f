/** From what people call a room to what nodes call it, and to the key that they must not have. */

import { parseRoomHash, type RoomHash } from "@sigmesh/core/wire";
import { encodeU32, toHex } from "./bytes.ts";

/** What the members of a room share. */
export interface RoomSecret {
  /** The room's name on nodes, 64 hex digits. */
  readonly room: RoomHash;
  /** AES-GCM, 256 bits, not extractable. A node can be dialled before it is there. */
  readonly key: Promise<CryptoKey>;
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

/**
 * Derives a room's hash and key; with a password it takes some 0.2 s. They are
 * separate outputs of HKDF: the hash tells nothing of the key. Rejects with
 * DOMException `NotSupportedError` where there is no `crypto.subtle`.
 */
export async function deriveRoomSecret(
  { app, name, password }: RoomName,
): Promise<RoomSecret> {
  const { subtle } = crypto;
  if (subtle === undefined) {
    throw new DOMException(
      "Encryption needs https or localhost",
      "NotSupportedError",
    );
  }
  const place = encodePlace(app, name);
  const secret = password
    ? await derive(encodeText(password), {
      name: "PBKDF2",
      salt: place,
      iterations: PASSWORD_ROUNDS,
      bits: 256,
    })
    : place;
  const outputs = await derive(secret, {
    name: "HKDF",
    salt: new Uint8Array(),
    info: new TextEncoder().encode("sigmesh/1 room"),
    bits: 512,
  });
  return {
    room: parseRoomHash(toHex(outputs.subarray(0, 32)))!,
    key: subtle.importKey("raw", outputs.subarray(32), "AES-GCM", false, [
      "encrypt",
      "decrypt",
    ]),
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

type Derivation =
  & { readonly bits: number }
  & (Omit<HkdfParams, "hash"> | Omit<Pbkdf2Params, "hash">);

async function derive(
  secret: BufferSource,
  how: Derivation,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", secret, how.name, false, [
    "deriveBits",
  ]);
  return new Uint8Array(
    await crypto.subtle.deriveBits(
      { hash: "SHA-256", ...how },
      key,
      how.bits,
    ),
  );
}
