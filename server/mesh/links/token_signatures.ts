/** Which nodes have signed which tokens: each is checked once, since one token serves a second. */

import { SERVER_LIMITS } from "../../limits.ts";
import type { SignedToken } from "../members/node_key.ts";
import { RecentNames } from "./recent_names.ts";

/** Whether the holder of a key signed a token. */
export type VerifyToken = (
  key: string,
  signed: SignedToken,
) => Promise<boolean>;

/** A signature as it is sent. */
export interface SentSignature extends SignedToken {
  /** Public key that the node should have. */
  readonly key: string;
}

/** Remembers those that are good; of bad ones there may be any number. */
export class TokenSignatures {
  readonly #verify: VerifyToken;
  readonly #good = new RecentNames(SERVER_LIMITS.checkedSignatures);
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

  async #run({ key, ...signed }: SentSignature, name: string) {
    try {
      const isGood = await this.#verify(key, signed);
      if (isGood) this.#good.add(name);
      return isGood;
    } finally {
      this.#checking.delete(name);
    }
  }
}
