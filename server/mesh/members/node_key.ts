/**
 * The node key: an Ed25519 key by which other nodes tell that a token is this
 * node's. Whoever sees a relayed message can check it without asking the node.
 */

import { decodeBase64url, encodeBase64url } from "@sigmesh/core";
import { makeDataFolder, readFile, replaceFile } from "./data_file.ts";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** What precedes the 32 secret bytes in PKCS #8 (RFC 8410, section 7). */
const PKCS8_PREFIX = Uint8Array.fromHex("302e020100300506032b657004220420");
/** An origin and a token have less. */
const MAX_CLAIM_CHARACTERS = 300;
/** Tokens signed lately: replays need those of a minute again. At the bound the oldest goes. */
const MAX_SIGNED = 128;

/** The public part: base64url of 32 bytes, canonical. Undefined when it is none. */
export function parseNodeKey(value: unknown): string | undefined {
  return typeof value === "string" && bytesOf(value, KEY_BYTES) !== undefined
    ? value
    : undefined;
}

/** What a node signs: that a token is its own, at the origin where it is paid to. */
export function encodeSignedToken(
  { origin, token }: { origin: string; token: string },
): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(
    `sigmesh/1 node token\n${origin}\n${token}`,
  );
}

/** A node's own key. */
export class NodeKey {
  /** The public part as text: `key` in `GET /`. */
  readonly text: string;
  readonly #private: CryptoKey;
  readonly #signed = new Map<string, Promise<string>>();

  private constructor(text: string, key: CryptoKey) {
    this.text = text;
    this.#private = key;
  }

  /** A key from its 32 secret bytes; a new one when none are given. */
  static async create(
    secret: Uint8Array = crypto.getRandomValues(new Uint8Array(KEY_BYTES)),
  ): Promise<NodeKey> {
    const key = await crypto.subtle.importKey(
      "pkcs8",
      new Uint8Array([...PKCS8_PREFIX, ...secret]),
      "Ed25519",
      true,
      ["sign"],
    );
    const { x } = await crypto.subtle.exportKey("jwk", key);
    return new NodeKey(x!, key);
  }

  /**
   * The key of a data folder; made there when there is none. A file that is none
   * is never replaced: other nodes know this one by what was in it.
   */
  static async load(folder: string): Promise<NodeKey> {
    const path = `${folder}/node_key`;
    await makeDataFolder(folder);
    const text = await readFile(path, { maxBytes: 1024 });
    if (text !== undefined) {
      return await NodeKey.create(parseSecret(text, path));
    }
    const secret = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
    await replaceFile(path, `${encodeBase64url(secret)}\n`);
    return await NodeKey.create(secret);
  }

  /** Signature over {@linkcode encodeSignedToken}, base64url; made once for each token. */
  signToken(origin: string, token: string): Promise<string> {
    const about = `${origin}\n${token}`;
    let signature = this.#signed.get(about);
    if (signature === undefined) {
      if (this.#signed.size === MAX_SIGNED) forgetOldest(this.#signed);
      signature = this.#sign({ origin, token });
      this.#signed.set(about, signature);
    }
    return signature;
  }

  async #sign(about: { origin: string; token: string }): Promise<string> {
    const message = encodeSignedToken(about);
    const signature = await crypto.subtle.sign(
      "Ed25519",
      this.#private,
      message,
    );
    return encodeBase64url(new Uint8Array(signature));
  }
}

/** A token, whose it is said to be, and by what that is shown. */
export interface SignedToken {
  readonly origin: string;
  readonly token: string;
  /** base64url of 64 bytes. */
  readonly signature: string;
}

/** Whether the holder of `key` signed the token. Never rejects. */
export async function isGenuine(
  key: string,
  signed: SignedToken,
): Promise<boolean> {
  const { origin, token } = signed;
  const raw = bytesOf(key, KEY_BYTES);
  const signature = bytesOf(signed.signature, SIGNATURE_BYTES);
  const isTooLong = origin.length + token.length > MAX_CLAIM_CHARACTERS;
  if (raw === undefined || signature === undefined || isTooLong) return false;
  try {
    const { subtle } = crypto;
    return await subtle.verify(
      "Ed25519",
      await subtle.importKey("raw", raw, "Ed25519", false, ["verify"]),
      signature,
      encodeSignedToken(signed),
    );
  } catch {
    return false; // 32 bytes that are no point of the curve
  }
}

function bytesOf(
  text: string,
  count: number,
): Uint8Array<ArrayBuffer> | undefined {
  if (text.length !== Math.ceil(count * 4 / 3)) return undefined;
  const decoded = decodeBase64url(text);
  return decoded.ok ? new Uint8Array(decoded.value) : undefined;
}

function parseSecret(text: string, path: string): Uint8Array {
  const secret = bytesOf(text.trimEnd(), KEY_BYTES);
  if (secret !== undefined) return secret;
  throw new Error(
    `${path} holds no node key: expected 43 characters of base64url. Put it ` +
      "back from a copy; or remove it, and the node makes a new key, which " +
      "others learn within minutes",
  );
}

function forgetOldest(map: Map<string, unknown>): void {
  map.delete(map.keys().next().value!);
}
