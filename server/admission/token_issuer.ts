/** Issues tokens and knows its own again. */

import {
  createHmac,
  encodeMacInput,
  formatToken,
  type Hmac,
  type Token,
} from "@sigmesh/core";
import { LIMITS } from "@sigmesh/core/wire";
import type { Clock } from "../clock.ts";

const SECRET_BYTES = 32;
/** Seconds of a token's life, and prices that change within one. At the bound the oldest goes. */
const MAX_MACS = 512;

/** Why a token is not honoured. */
export type TokenRefusal =
  | "token-expired"
  | "token-from-future"
  | "token-before-start"
  | "token-forged";

/**
 * The secret lives as long as the process: tokens from before a start are
 * refused in any case, since the stamps spent under them are forgotten.
 */
export class TokenIssuer {
  readonly #clock: Clock;
  readonly #hmac: Hmac;
  readonly #startSecond: number;
  #issued = { second: -1, height: -1, token: "" };
  /** Authentic codes by claim: one token serves a second, so that few are worth keeping. */
  readonly #macs = new Map<string, Uint8Array>();

  private constructor(clock: Clock, hmac: Hmac) {
    this.#clock = clock;
    this.#hmac = hmac;
    this.#startSecond = secondOf(clock.now());
  }

  /** Draws a secret, unless one is given. */
  static async create(
    clock: Clock,
    secret: Uint8Array = crypto.getRandomValues(new Uint8Array(SECRET_BYTES)),
  ): Promise<TokenIssuer> {
    return new TokenIssuer(clock, await createHmac(secret));
  }

  /** The token of this second for a base price in bits: one for all clients. */
  issue(height: number): string {
    const second = secondOf(this.#clock.now());
    if (this.#issued.second !== second || this.#issued.height !== height) {
      const claim = { issuedAt: second, height };
      const token = formatToken(claim, this.#hmac(encodeMacInput(claim)));
      this.#issued = { second, height, token };
    }
    return this.#issued.token;
  }

  /** Age in whole seconds. */
  ageOf(token: Token): number {
    return secondOf(this.#clock.now()) - token.issuedAt;
  }

  /** Undefined when the token is this node's and of its time; age is checked first, being cheaper. */
  check(token: Token): TokenRefusal | undefined {
    const age = this.ageOf(token);
    if (age > LIMITS.tokenLifetimeSeconds) return "token-expired";
    if (age < -LIMITS.clockSkewSeconds) return "token-from-future";
    if (token.issuedAt < this.#startSecond) return "token-before-start";
    return this.#isOurs(token) ? undefined : "token-forged";
  }

  #isOurs(token: Token): boolean {
    const claim = `${token.issuedAt} ${token.height}`;
    let mac = this.#macs.get(claim);
    if (mac === undefined) {
      mac = this.#hmac(encodeMacInput(token)).subarray(0, token.mac.length);
      if (areEqual(token.mac, mac)) this.#remember(claim, mac);
    }
    return areEqual(token.mac, mac);
  }

  #remember(claim: string, mac: Uint8Array): void {
    if (this.#macs.size === MAX_MACS) {
      this.#macs.delete(this.#macs.keys().next().value!);
    }
    this.#macs.set(claim, mac);
  }
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1000);
}

/** In a time that does not tell where they differ. */
function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}
