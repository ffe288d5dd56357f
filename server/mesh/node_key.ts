/**
 * The node key: an Ed25519 key by which other nodes tell that a token is this
 * node's. Whoever sees a relayed message can check it without asking the node.
 */

import { decodeBase64url, encodeBase64url } from "@sigmesh/core";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Tokens of two minutes; one serves a second. At the bound the oldest is signed anew. */
const MAX_SIGNED = 128;

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
  /** The public part: base64url of 32 bytes. */
  readonly text: string;
  readonly #private: CryptoKey;
  readonly #signed = new Map<string, Promise<string>>();

  private constructor(text: string, key: CryptoKey) {
    this.text = text;
    this.#private = key;
  }

  /** Draws a key. */
  static async create(): Promise<NodeKey> {
    const pair = await crypto.subtle.generateKey("Ed25519", false, [
      "sign",
      "verify",
    ]) as CryptoKeyPair;
    const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
    return new NodeKey(encodeBase64url(new Uint8Array(raw)), pair.privateKey);
  }

  /** Signature over {@linkcode encodeSignedToken}, base64url; made once for each token. */
  signToken(origin: string, token: string): Promise<string> {
    const about = `${origin}\n${token}`;
    let signature = this.#signed.get(about);
    if (signature === undefined) {
      if (this.#signed.size === MAX_SIGNED) {
        this.#signed.delete(this.#signed.keys().next().value!);
      }
      signature = crypto.subtle.sign(
        "Ed25519",
        this.#private,
        encodeSignedToken({ origin, token }),
      ).then((bytes) => encodeBase64url(new Uint8Array(bytes)));
      this.#signed.set(about, signature);
    }
    return signature;
  }
}

/** A token, whose it is said to be, and by what that is shown. */
export interface SignedToken {
  readonly origin: string;
  readonly token: string;
  /** base64url of 64 bytes. */
  readonly signature: string;
}

/** Checks signatures of other nodes. */
export class SignatureChecks {
  /** Whether the holder of `key` signed the token. Never rejects. */
  async isGenuine(key: string, signed: SignedToken): Promise<boolean> {
    const raw = bytesOf(key, KEY_BYTES);
    const signature = bytesOf(signed.signature, SIGNATURE_BYTES);
    if (raw === undefined || signature === undefined) return false;
    try {
      const { subtle } = crypto;
      const usages: KeyUsage[] = ["verify"];
      return await subtle.verify(
        "Ed25519",
        await subtle.importKey("raw", raw, "Ed25519", false, usages),
        signature,
        encodeSignedToken(signed),
      );
    } catch {
      return false; // 32 bytes that are no point of the curve
    }
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
