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

/** SHA-256 of the parts, one after the other; strings as UTF-8. 32 bytes. */
export function sha256(...parts: (Uint8Array | string)[]): Uint8Array {
  const bytes = parts.map((part) =>
    typeof part === "string" ? utf8.encode(part) : part
  );
  if (shared === undefined) return digestOf(concat(bytes));
  shared.init();
  for (const part of bytes) shared.update(part);
  return shared.digest("binary");
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

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
