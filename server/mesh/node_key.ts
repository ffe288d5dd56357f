/** A node's Ed25519 key, and what it signs: tokens, so that others can tell whose they are. */

import { decodeBase64url, encodeBase64url } from "@sigmesh/core";

/** Tokens of a minute and more; one serves a second. At the bound the oldest is signed anew. */
const MAX_SIGNATURES = 256;

/** What a signature says. */
export interface SignedToken {
  /** The signer's public key in base64url. */
  readonly key: string;
  /** The signer's public origin. */
  readonly origin: string;
  /** The token's text. */
  readonly token: string;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** Signs the tokens of one node under its public origin. */
export class TokenSigner {
  /** The node's public key in base64url. */
  readonly key: string;
  readonly #privateKey: CryptoKey;
  readonly #origin: string;
  readonly #signatures = new Map<string, Promise<Uint8Array>>();

  private constructor(
    { key, privateKey, origin }: {
      key: string;
      privateKey: CryptoKey;
      origin: string;
    },
  ) {
    this.key = key;
    this.#privateKey = privateKey;
    this.#origin = origin;
  }

  /** Draws a key. */
  static async create(origin: string): Promise<TokenSigner> {
    const pair = await crypto.subtle.generateKey("Ed25519", false, [
      "sign",
      "verify",
    ]) as CryptoKeyPair;
    const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
    return new TokenSigner({
      key: encodeBase64url(new Uint8Array(raw)),
      privateKey: pair.privateKey,
      origin,
    });
  }

  /** 64 bytes; made once a token. */
  sign(token: string): Promise<Uint8Array> {
    let signature = this.#signatures.get(token);
    if (signature === undefined) {
      if (this.#signatures.size === MAX_SIGNATURES) {
        this.#signatures.delete(this.#signatures.keys().next().value!);
      }
      const signed = encodeSigned(this.#origin, token);
      signature = crypto.subtle.sign("Ed25519", this.#privateKey, signed)
        .then((bytes) => new Uint8Array(bytes));
      this.#signatures.set(token, signature);
    }
    return signature;
  }
}

/** Whether a node has signed a token. False also for what is no key. */
export async function verifyToken(
  { key, origin, token, signature }: SignedToken,
): Promise<boolean> {
  const raw = decodeBase64url(key);
  if (!raw.ok || raw.value.length !== 32) return false;
  const bytes = raw.value as Uint8Array<ArrayBuffer>;
  const publicKey = await crypto.subtle.importKey(
    ...["raw", bytes, "Ed25519", false, ["verify"]] as const,
  );
  return await crypto.subtle.verify(
    "Ed25519",
    publicKey,
    signature as Uint8Array<ArrayBuffer>,
    encodeSigned(origin, token),
  );
}

function encodeSigned(origin: string, token: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(
    `sigmesh/1 node token\n${origin}\n${token}`,
  );
}
