/**
 * Credentials of the TURN REST form (draft-uberti-behave-turn-rest-00): who
 * shares the secret can check them, without having seen them issued. coturn
 * calls it use-auth-secret.
 */

import { createHmac, timingSafeEqual } from "node:crypto";

/** What a client authenticates with until it expires. */
export interface TurnCredential {
  readonly username: string;
  readonly credential: string;
}

/** 96 bits: no two credentials have one username. */
const RANDOM_BYTES = 12;

/** `<Unix seconds>:<random>`. Bounded, since whoever asks for TURN may send any. */
const USERNAME = /^(0|[1-9]\d{0,11}):[A-Za-z0-9_-]{12,32}$/;

const encoder = new TextEncoder();

/** The password of a username. */
export function credentialOf(secret: string, username: string): string {
  return createHmac("sha1", secret).update(username).digest("base64");
}

/** Whether a credential is of this secret; how long that takes tells nothing about the right one. */
export function isCredentialOf(
  secret: string,
  { username, credential }: TurnCredential,
): boolean {
  const right = encoder.encode(credentialOf(secret, username));
  const given = encoder.encode(credential);
  return given.length === right.length && timingSafeEqual(given, right);
}

/** When a username expires, Unix seconds; undefined when it is none of ours. */
export function expiryOf(username: string): number | undefined {
  const [, seconds] = USERNAME.exec(username) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

/** A new credential, good until `expiresAt`, Unix seconds. */
export function issueCredential(
  secret: string,
  { expiresAt, random = fillRandom }: {
    expiresAt: number;
    /** Fills with random bytes. */
    random?: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;
  },
): TurnCredential {
  const chosen = random(new Uint8Array(RANDOM_BYTES));
  const username = `${expiresAt}:${
    chosen.toBase64({ alphabet: "base64url", omitPadding: true })
  }`;
  return { username, credential: credentialOf(secret, username) };
}

function fillRandom(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  return crypto.getRandomValues(bytes);
}
