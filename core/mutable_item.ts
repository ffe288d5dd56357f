/**
 * Mutable items of BitTorrent's DHT (BEP 44): what is signed, where an item is
 * kept, and the JSON of `/dht-get` and `/dht-put`. Who holds an Ed25519 key
 * publishes by it; a node only carries the item.
 *
 * ```ts
 * import {
 *   encodeText,
 *   signMutableItem,
 *   verifyMutableItem,
 * } from "@sigmesh/core/mutable_item";
 *
 * const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
 * const item = await signMutableItem(pair, { seq: 1, v: encodeText("hello") });
 * console.assert(await verifyMutableItem(item));
 * ```
 *
 * @module
 */

import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import type { Quote } from "./wire.ts";

/** Bytes as WebCrypto takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Paths of a node that has a DHT. */
export const DHT_PATHS = { get: "/dht-get", put: "/dht-put" } as const;

/** Bytes of a salt, at most. */
export const MAX_SALT_BYTES = 64;
/** Bytes of a bencoded value, at most. BEP 44 says 1000; some nodes take only less. */
export const MAX_VALUE_BYTES = 999;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Names an item: many by one key, each with another salt. */
export interface MutableKey {
  /** Ed25519 public key, 32 bytes. */
  readonly k: Bytes;
  /** At most 64 bytes; none by default, which is the same as empty. */
  readonly salt?: Bytes | undefined;
}

/** What its owner publishes. */
export interface MutableContent {
  /** Counts up with each change; 0 to 2^53 - 1. */
  readonly seq: number;
  /** The bencoded value, at most 999 bytes: see {@linkcode encodeText}. */
  readonly v: Bytes;
}

/** An item, signed. */
export interface MutableItem extends MutableContent {
  /** Ed25519 public key, 32 bytes. */
  readonly k: Bytes;
  /** At most 64 bytes, empty where there is none. */
  readonly salt: Bytes;
  /** Ed25519 signature, 64 bytes. */
  readonly sig: Bytes;
}

/** What `/dht-put` is asked. */
export interface MutablePut extends MutableItem {
  /** Only in place of the item with this `seq`. */
  readonly cas?: number | undefined;
}

/** Answer of `POST /dht-put`. */
export interface PutReceipt extends Quote {
  /** Nodes of the DHT that keep the item, at least one. */
  readonly stored: number;
}

/** What was read, or the field that has no usable value and what it should be. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly field: string; readonly expected: string };

const utf8 = new TextEncoder();

/** A text as a bencoded byte string of UTF-8: `5:hello`. */
export function encodeText(text: string): Bytes {
  const bytes = utf8.encode(text);
  return concat([utf8.encode(`${bytes.length}:`), bytes]);
}

/** The text in a bencoded byte string. Undefined where the value is anything else. */
export function decodeText(v: Uint8Array): string | undefined {
  const colon = v.indexOf(":".charCodeAt(0));
  const [head, body] = [v.subarray(0, colon), v.subarray(colon + 1)];
  try {
    const length = new TextDecoder().decode(head);
    if (length !== `${body.length}`) return undefined;
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(body);
  } catch {
    return undefined;
  }
}

/** The bytes that a signature is of: `4:salt6:foobar3:seqi1e1:v5:hello`. */
export function encodeSigned(
  { salt, seq, v }: MutableContent & Pick<MutableKey, "salt">,
): Bytes {
  const head = salt === undefined || salt.length === 0
    ? []
    : [utf8.encode(`4:salt${salt.length}:`), salt];
  return concat([...head, utf8.encode(`3:seqi${seq}e1:v`), v]);
}

/** Where the DHT keeps an item: SHA-1 of key and salt, 20 bytes. */
export async function targetOfItem(
  { k, salt = new Uint8Array() }: MutableKey,
): Promise<Bytes> {
  return new Uint8Array(
    await crypto.subtle.digest("SHA-1", concat([k, salt])),
  );
}

/**
 * Signs by a key pair of WebCrypto, `generateKey("Ed25519", …)`; its private
 * key need not be extractable.
 *
 * Throws RangeError for a salt, number or value that no node takes.
 */
export async function signMutableItem(
  { privateKey, publicKey }: CryptoKeyPair,
  { seq, v, salt = new Uint8Array() }:
    & MutableContent
    & Pick<MutableKey, "salt">,
): Promise<MutableItem> {
  const k = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  requireFit({ seq, v, salt });
  const signed = encodeSigned({ salt, seq, v });
  const sig = new Uint8Array(
    await crypto.subtle.sign("Ed25519", privateKey, signed),
  );
  return { k, salt, seq, v, sig };
}

/** Whether an item was signed by its key. */
export async function verifyMutableItem(item: MutableItem): Promise<boolean> {
  const { k, sig } = item;
  if (k.length !== KEY_BYTES || sig.length !== SIGNATURE_BYTES) return false;
  try {
    const key = await crypto.subtle.importKey("raw", k, "Ed25519", false, [
      "verify",
    ]);
    return await crypto.subtle.verify("Ed25519", key, sig, encodeSigned(item));
  } catch {
    return false; // bytes that are no point of the curve
  }
}

/** The JSON of a key, as `/dht-get` takes it. */
export function formatMutableKey(
  { k, salt = new Uint8Array() }: MutableKey,
): Record<string, string> {
  const text = { k: encodeBase64url(k) };
  return salt.length === 0 ? text : { ...text, salt: encodeBase64url(salt) };
}

/** The JSON of an item, as `/dht-put` takes and `/dht-get` gives it. */
export function formatMutableItem(
  { k, salt, seq, v, sig, cas }: MutablePut,
): Record<string, string | number> {
  const item = {
    ...formatMutableKey({ k, salt }),
    seq,
    v: encodeBase64url(v),
    sig: encodeBase64url(sig),
  };
  return cas === undefined ? item : { ...item, cas };
}

/** Reads the JSON of a key. */
export function parseMutableKey(
  json: unknown,
): Parsed<Pick<MutableItem, "k" | "salt">> {
  if (!isObject(json)) return NO_OBJECT;
  const k = bytesIn(json, "k", exactly(KEY_BYTES));
  if (!k.ok) return k;
  const salt = json.salt === undefined
    ? { ok: true, value: new Uint8Array() } as const
    : bytesIn(json, "salt", { least: 0, most: MAX_SALT_BYTES });
  if (!salt.ok) return salt;
  return { ok: true, value: { k: k.value, salt: salt.value } };
}

/** Reads the JSON of an item, and of what it is to replace. Does not verify. */
export function parseMutableItem(json: unknown): Parsed<MutablePut> {
  const key = parseMutableKey(json);
  if (!key.ok) return key;
  const fields = json as Record<string, unknown>;
  const { seq, cas } = fields;
  if (!isSequenceNumber(seq)) return { ok: false, field: "seq", ...A_COUNT };
  if (cas !== undefined && !isSequenceNumber(cas)) {
    return { ok: false, field: "cas", ...A_COUNT };
  }
  const v = bytesIn(fields, "v", { least: 1, most: MAX_VALUE_BYTES });
  if (!v.ok) return v;
  const sig = bytesIn(fields, "sig", exactly(SIGNATURE_BYTES));
  if (!sig.ok) return sig;
  const item = { ...key.value, seq, v: v.value, sig: sig.value };
  return { ok: true, value: cas === undefined ? item : { ...item, cas } };
}

/** Whether a value numbers an item: BEP 44 says 64 bits, JSON holds 53. */
export function isSequenceNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 &&
    !Object.is(value, -0);
}

const A_COUNT = { expected: "a whole number from 0 to 2^53 - 1" };
const NO_OBJECT = {
  ok: false,
  field: "the body",
  expected: "a JSON object",
} as const;

interface Bounds {
  readonly least: number;
  readonly most: number;
}

function exactly(bytes: number): Bounds {
  return { least: bytes, most: bytes };
}

function bytesIn(
  fields: Record<string, unknown>,
  field: string,
  { least, most }: Bounds,
): Parsed<Bytes> {
  const text = fields[field];
  const read = typeof text === "string" ? decodeBase64url(text) : undefined;
  if (read?.ok && read.value.length >= least && read.value.length <= most) {
    return { ok: true, value: read.value as Bytes };
  }
  const bytes = least === most ? `${most}` : `${least} to ${most}`;
  return { ok: false, field, expected: `${bytes} bytes as base64url` };
}

function requireFit({ seq, v, salt }: MutableContent & { salt: Bytes }): void {
  const fault = !isSequenceNumber(seq)
    ? `seq ${seq}: expected ${A_COUNT.expected}`
    : v.length === 0 || v.length > MAX_VALUE_BYTES
    ? `a value of ${v.length} bytes: expected 1 to ${MAX_VALUE_BYTES}, bencoded`
    : salt.length > MAX_SALT_BYTES
    ? `a salt of ${salt.length} bytes: expected at most ${MAX_SALT_BYTES}`
    : undefined;
  if (fault !== undefined) throw new RangeError(`Cannot sign ${fault}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function concat(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
