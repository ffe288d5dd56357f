/** Who sent a request: the long-term mechanism, RFC 8489, section 9.2.4. */

import { Buffer } from "node:buffer";
import type { Clock } from "../clock.ts";
import { ATTRIBUTE } from "./attributes.ts";
import { type Client, nameOf } from "./client.ts";
import { credentialOf, expiryOf } from "./credential.ts";
import { integrityKey, isSignedWith } from "./integrity.ts";
import type { Message } from "./message.ts";
import type { Nonces } from "./nonce.ts";
import type { Renewals } from "./renewals.ts";

/** The same on every node: usernames carry all that differs. */
export const REALM = "sigmesh";

/** Somebody whose credential holds. */
export interface Holder {
  readonly username: string;
  /** Signs answers. */
  readonly key: Uint8Array;
  /** When the credential expires, Unix milliseconds. */
  readonly expiresAt: number;
}

/** 401 and 438 come with a nonce to try again with. */
export type AuthenticationFailure = 400 | 401 | 438;

/** Checks signatures, cheapest first; leaves nothing behind. */
export class Authenticator {
  readonly #secret: string;
  readonly #clock: Clock;
  readonly #nonces: Nonces;
  readonly #renewals: Renewals;

  constructor({ secret, clock, nonces, renewals }: {
    secret: string;
    clock: Clock;
    nonces: Nonces;
    renewals: Renewals;
  }) {
    this.#secret = secret;
    this.#clock = clock;
    this.#nonces = nonces;
    this.#renewals = renewals;
  }

  issueNonce(client: Client): string {
    return this.#nonces.issue(nameOf(client));
  }

  authenticate(
    message: Message,
    client: Client,
  ): Holder | AuthenticationFailure {
    if (!message.has(ATTRIBUTE.messageIntegrity)) return 401;
    const usernameBytes = message.valueOf(ATTRIBUTE.username);
    const nonce = message.valueOf(ATTRIBUTE.nonce);
    const realm = message.valueOf(ATTRIBUTE.realm);
    if (!usernameBytes || !nonce || !realm) return 400;
    if (!this.#nonces.isFresh(nonce, nameOf(client))) return 438;
    const username = Buffer.from(usernameBytes).toString("latin1");
    const expiresAt = this.#expiryMsOf(username);
    if (expiresAt <= this.#clock.now()) return 401;
    if (Buffer.from(realm).toString("latin1") !== REALM) return 401;
    const key = this.#keyOf(username, client);
    return isSignedWith(key, message) ? { username, key, expiresAt } : 401;
  }

  #expiryMsOf(username: string): number {
    const issued = expiryOf(username) ?? 0;
    return Math.max(issued, this.#renewals.expiryOf(username) ?? 0) * 1000;
  }

  #keyOf(username: string, { allocation }: Client): Uint8Array {
    if (allocation?.holder.username === username) return allocation.holder.key;
    const password = credentialOf(this.#secret, username);
    return integrityKey({ username, realm: REALM, password });
  }
}
