/**
 * SHA-256 and HMAC-SHA-256, synchronous: one reused hash-wasm instance costs
 * half of `node:crypto` at the sizes hashed here, and WebCrypto, being
 * asynchronous, a thousand times more. The only file that imports hash-wasm.
 */

import { createHMAC, createSHA256 } from "hash-wasm";

const shared = await createSHA256();
const utf8 = new TextEncoder();

/** SHA-256 of the parts, one after the other; strings as UTF-8. 32 bytes. */
export function sha256(...parts: (Uint8Array | string)[]): Uint8Array {
  shared.init();
  for (const part of parts) {
    shared.update(typeof part === "string" ? utf8.encode(part) : part);
  }
  return shared.digest("binary");
}

/** A keyed HMAC-SHA-256: data in, 32 bytes out. */
export type Hmac = (data: Uint8Array) => Uint8Array;

/** Prepares HMAC-SHA-256 under a key; the key schedule is done once. */
export async function createHmac(key: Uint8Array): Promise<Hmac> {
  const hmac = await createHMAC(createSHA256(), key);
  return (data) => hmac.init().update(data).digest("binary");
}

/**
 * A SHA-256 for inner loops: hashes the given buffer as it is now. Each caller
 * gets an instance of its own.
 */
export async function createBlockHash(): Promise<
  (data: Uint8Array) => Uint8Array
> {
  const hash = await createSHA256();
  return (data) => hash.init().update(data).digest("binary");
}
