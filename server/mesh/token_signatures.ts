/** Which nodes have signed which tokens: each is checked once, since one token serves a second. */

import { decodeBase64url } from "@sigmesh/core";
import { SERVER_LIMITS } from "../limits.ts";
import type { SignedToken } from "./node_key.ts";

/** Checks one signature. */
export type VerifyToken = (signed: SignedToken) => Promise<boolean>;

/** Some 185 seconds of as many nodes as post at a time. At the bound the oldest is checked anew. */
const MOST_CHECKED = 8192;

/** A signature as it is sent. */
export interface SentSignature extends Omit<SignedToken, "signature"> {
  readonly signature: string;
}

/** Remembers those that are good; of bad ones there may be any number. */
export class TokenSignatures {
  readonly #verify: VerifyToken;
  readonly #good = new Set<string>();
  readonly #checking = new Map<string, Promise<boolean>>();

  constructor(verify: VerifyToken) {
    this.#verify = verify;
  }

  /** At once where the answer is known. Busy at the bound of checks that run. */
  check(sent: SentSignature): boolean | Promise<boolean> | "busy" {
    const { key, origin, token, signature } = sent;
    const name = `${key} ${origin} ${token} ${signature}`;
    if (this.#good.has(name)) return true;
    const running = this.#checking.get(name);
    if (running !== undefined) return running;
    if (this.#checking.size >= SERVER_LIMITS.signaturesInCheck) return "busy";
    const checked = this.#run(sent, name);
    this.#checking.set(name, checked);
    return checked;
  }

  async #run(
    { signature, ...rest }: SentSignature,
    name: string,
  ): Promise<boolean> {
    try {
      const bytes = decodeBase64url(signature);
      const isGood = bytes.ok &&
        await this.#verify({ ...rest, signature: bytes.value });
      if (isGood) this.#remember(name);
      return isGood;
    } finally {
      this.#checking.delete(name);
    }
  }

  #remember(name: string): void {
    this.#good.add(name);
    if (this.#good.size <= MOST_CHECKED) return;
    this.#good.delete(this.#good.keys().next().value!);
  }
}
