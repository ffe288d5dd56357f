/**
 * Nonces that nobody has to remember: a time, and an HMAC of it and of the
 * client's address. A flood of requests from forged addresses leaves no memory.
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";

const TIME_BYTES = 3;
/**
 * Short, since a nonce answers whoever asks, and an answer shall not be much
 * larger than its question. To guess one gains nothing without a credential.
 */
const MAC_BYTES = 6;
const TEXT_LENGTH = (TIME_BYTES + MAC_BYTES) / 3 * 4;
/** What three bytes of seconds can tell. */
const TIME_MASK = 0xffffff;

/** Issues nonces and knows its own again. */
export class Nonces {
  readonly #secret: Uint8Array;
  readonly #clock: Clock;

  constructor({ secret, clock }: { secret: Uint8Array; clock: Clock }) {
    this.#secret = secret;
    this.#clock = clock;
  }

  /** `client` names whoever may use it: transport, address and port. */
  issue(client: string): string {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeUIntBE(this.#seconds(), 0, TIME_BYTES);
    return Buffer.concat([time, this.#mac(time, client)]).toString("base64");
  }

  /** Whether a nonce was issued to this client, not too long ago. */
  isFresh(nonce: Uint8Array, client: string): boolean {
    if (nonce.length !== TEXT_LENGTH) return false;
    const bytes = Buffer.from(Buffer.from(nonce).toString("latin1"), "base64");
    if (bytes.length !== TIME_BYTES + MAC_BYTES) return false;
    const time = bytes.subarray(0, TIME_BYTES);
    const issuedAt = time.readUIntBE(0, TIME_BYTES);
    const ageSeconds = (this.#seconds() - issuedAt) & TIME_MASK;
    return ageSeconds <= SERVER_LIMITS.turnNonceSeconds &&
      timingSafeEqual(bytes.subarray(TIME_BYTES), this.#mac(time, client));
  }

  #mac(time: Uint8Array, client: string): Uint8Array {
    return createHmac("sha256", this.#secret).update(time).update(client)
      .digest().subarray(0, MAC_BYTES);
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000) & TIME_MASK;
  }
}
