/** What peers of a room call each other. */

import { decodeBase64url, encodeBase64url } from "@sigmesh/core";

/** 8 random bytes, as 11 characters of base64url. */
export type PeerId = string & { readonly __brand: "PeerId" };

/** Bytes of a peer's id. */
export const PEER_ID_BYTES = 8;

/** Whom an announcement's offer is made to; no peer's id. */
export const EVERYONE: PeerId = toPeerId(new Uint8Array(PEER_ID_BYTES));

/** Whether something from outside is one. */
export function isPeerId(value: unknown): value is PeerId {
  return typeof value === "string" &&
    /^[\w-]{10}[AEIMQUYcgkosw048]$/.test(value);
}

/** A new one. */
export function createPeerId(): PeerId {
  return toPeerId(crypto.getRandomValues(new Uint8Array(PEER_ID_BYTES)));
}

/** The text of 8 bytes. */
export function toPeerId(bytes: Iterable<number>): PeerId {
  return encodeBase64url(Uint8Array.from(bytes)) as PeerId;
}

/** The bytes of an id. Throws TypeError when it is none. */
export function encodePeerId(id: PeerId): Uint8Array {
  const bytes = decodeBase64url(id);
  if (!bytes.ok) throw new TypeError(`"${id}" is no id of a peer`);
  return bytes.value;
}
