/** Hands out TURN credentials, and lets those live on that are paid for again. */

import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";
import {
  expiryOf,
  isCredentialOf,
  issueCredential,
  type TurnCredential,
} from "./credential.ts";

/** Why a credential cannot live on: its time is over, or it is none that this desk gave. */
export type RenewalRefusal = "expired" | "unknown";

/** Tells the TURN server that a username lives until then, Unix seconds. */
export type Renew = (username: string, expiresAt: number) => void;

/** Everything in it is in seconds, as usernames are. */
export class CredentialDesk {
  readonly lifetimeSeconds: number;
  readonly #clock: Clock;
  readonly #secret: string;
  readonly #renew: Renew | null;
  /** Usernames that outlive what they say, and until when; the first to end comes first. */
  readonly #renewed = new Map<string, number>();

  constructor({ clock, secret, renew, lifetimeSeconds }: {
    clock: Clock;
    secret: string;
    /** Null for a server that cannot be told: there a renewal is a new credential. */
    renew: Renew | null;
    lifetimeSeconds: number;
  }) {
    this.#clock = clock;
    this.#secret = secret;
    this.#renew = renew;
    this.lifetimeSeconds = lifetimeSeconds;
  }

  /** Usernames that were renewed and live: a server that was started anew must be told. */
  get renewals(): ReadonlyMap<string, number> {
    this.#forgetExpired();
    return this.#renewed;
  }

  /** A new credential. */
  issue(): TurnCredential {
    const expiresAt = this.#now() + this.lifetimeSeconds;
    return issueCredential(this.#secret, { expiresAt });
  }

  /**
   * Why a credential cannot be renewed; to be asked before it is paid for. Who
   * does not have the password learns nothing about a username.
   */
  refusalOf(held: TurnCredential): RenewalRefusal | undefined {
    const expiresAt = expiryOf(held.username);
    if (expiresAt === undefined || !isCredentialOf(this.#secret, held)) {
      return "unknown";
    }
    const livesUntil = this.#renewed.get(held.username) ?? expiresAt;
    return livesUntil > this.#now() || this.#renew === null
      ? undefined
      : "expired";
  }

  /** Lets a credential live as long again as a new one. The caller has just asked `refusalOf`. */
  renew(held: TurnCredential): TurnCredential {
    if (this.#renew === null) return this.issue();
    const expiresAt = this.#now() + this.lifetimeSeconds;
    this.#remember(held.username, expiresAt);
    this.#renew(held.username, expiresAt);
    return held;
  }

  #remember(username: string, expiresAt: number): void {
    this.#renewed.delete(username);
    this.#renewed.set(username, expiresAt);
    this.#forgetExpired();
    if (this.#renewed.size <= SERVER_LIMITS.turnRenewals) return;
    const [first] = this.#renewed.keys();
    this.#renewed.delete(first!);
  }

  #forgetExpired(): void {
    const now = this.#now();
    for (const [username, expiresAt] of this.#renewed) {
      if (expiresAt > now) return;
      this.#renewed.delete(username);
    }
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}
