/** What is mined on, and the name that a message gets from it. */

import { encodeBase64url } from "./base64url.ts";
import { sha256 } from "./hasher.ts";
import { SALT_BYTES } from "./stamp.ts";

/** The request that a stamp pays for. */
export interface ChallengeInput {
  /** The token's text. */
  readonly token: string;
  /** HTTP method, upper case. */
  readonly method: string;
  /** The origin that the client dialled, plus the path, without the query. */
  readonly url: string;
  /** 6 random bytes, which keep equal bodies of one second apart. */
  readonly salt: Uint8Array;
  /** The request's body; a string is taken as UTF-8. */
  readonly body: Uint8Array | string;
}

/**
 * The 32 bytes to mine on: they bind the stamp to one node, one endpoint and
 * one body. Throws RangeError when the salt does not have 6 bytes.
 */
export function challengeOf(
  { token, method, url, salt, body }: ChallengeInput,
): Uint8Array {
  if (salt.length !== SALT_BYTES) {
    throw new RangeError(`A salt has ${SALT_BYTES} bytes, got ${salt.length}`);
  }
  const bodyHash = sha256(body);
  return sha256(`sigmesh/1\n${token}\n${method} ${url}\n`, salt, bodyHash);
}

const MESSAGE_ID_BYTES = 12;

/**
 * Id of the message that a challenge pays for, 16 characters: the same on
 * every node, and one for all solutions of the challenge, so that it is spent
 * once.
 */
export function messageIdOf(challenge: Uint8Array): string {
  return encodeBase64url(
    sha256("id", challenge).subarray(0, MESSAGE_ID_BYTES),
  );
}
