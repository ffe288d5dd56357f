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

/** Holds what is hashed, so that WebAssembly is entered once. */
let scratch = new Uint8Array(2048);

/** SHA-256 of the parts, one after the other; strings as UTF-8. 32 bytes. */
export function sha256(...parts: (Uint8Array | string)[]): Uint8Array {
  let length = 0;
  for (const part of parts) {
    // No character takes more than 3 bytes a UTF-16 unit.
    reserve(
      length + (typeof part === "string" ? part.length * 3 : part.length),
    );
    if (typeof part === "string") {
      length += utf8.encodeInto(part, scratch.subarray(length)).written;
    } else {
      scratch.set(part, length);
      length += part.length;
    }
  }
  const message = scratch.subarray(0, length);
  return shared?.init().update(message).digest("binary") ?? digestOf(message);
}

function reserve(bytes: number): void {
  if (bytes <= scratch.length) return;
  const larger = new Uint8Array(bytes * 2);
  larger.set(scratch);
  scratch = larger;
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
