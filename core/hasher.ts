/**
 * SHA-256 and HMAC-SHA-256, synchronous: one reused hash-wasm instance costs
 * half of `node:crypto` at the sizes hashed here, and WebCrypto, being
 * asynchronous, a thousand times more. Where a page's policy forbids
 * WebAssembly, plain JavaScript hashes. The only file that imports hash-wasm.
 */

import { createHMAC, createSHA256 } from "hash-wasm";
import { digestOf } from "./sha256.ts";

const shared = await createSHA256().catch(() => undefined);
const utf8 = new TextEncoder();

/** Holds what is hashed, so that WebAssembly is entered once; more gets a buffer of its own. */
const scratch = new Uint8Array(2048);

/** SHA-256 of the parts, one after the other; strings as UTF-8. 32 bytes. */
export function sha256(...parts: (Uint8Array | string)[]): Uint8Array {
  let most = 0; // a UTF-16 unit takes 3 bytes at most
  for (const part of parts) {
    most += typeof part === "string" ? part.length * 3 : part.length;
  }
  const buffer = most <= scratch.length ? scratch : new Uint8Array(most);
  let length = 0;
  for (const part of parts) {
    if (typeof part === "string") {
      length += utf8.encodeInto(part, buffer.subarray(length)).written;
    } else {
      buffer.set(part, length);
      length += part.length;
    }
  }
  const message = buffer.subarray(0, length);
  return shared?.init().update(message).digest("binary") ?? digestOf(message);
}

/** A keyed HMAC-SHA-256: data in, 32 bytes out. */
export type Hmac = (data: Uint8Array) => Uint8Array;

/** Prepares HMAC-SHA-256 under a key; the key schedule is done once. Needs WebAssembly. */
export async function createHmac(key: Uint8Array): Promise<Hmac> {
  const hmac = await createHMAC(createSHA256(), key);
  return (data) => hmac.init().update(data).digest("binary");
}

/**
 * SHA-256 by hash-wasm, for inner loops; each caller gets an instance of its
 * own. Rejects where WebAssembly is forbidden.
 */
export async function createWasmHash(): Promise<
  (data: Uint8Array) => Uint8Array
> {
  const hash = await createSHA256();
  return (data) => hash.init().update(data).digest("binary");
}
