/** Stamps: paid work as text, `token "." base64url(salt | nonces)`. */

import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { NONCES_BYTES } from "./puzzle.ts";
import { parseToken, type Token, TOKEN_CHARACTERS } from "./token.ts";

/** Bytes of a salt. */
export const SALT_BYTES = 6;
/** Characters of a stamp. */
const STAMP_CHARACTERS = 104;

/** The parts of a stamp. */
export interface Stamp {
  /** The token's text, as hashed into the challenge. */
  readonly token: string;
  /** 6 bytes. */
  readonly salt: Uint8Array;
  /** 48 bytes: 8 nonces of 6 bytes, big-endian. */
  readonly nonces: Uint8Array;
}

/** A stamp as read, with its token taken apart. */
export interface ParsedStamp extends Stamp {
  /** What the token claims; not yet authenticated. */
  readonly claim: Token;
}

/** Why a text is no stamp. */
export type StampFault = "malformed" | "non-canonical";

/** Stamp as text, 104 characters. Throws RangeError when a part has a wrong length. */
export function formatStamp({ token, salt, nonces }: Stamp): string {
  if (
    token.length !== TOKEN_CHARACTERS || salt.length !== SALT_BYTES ||
    nonces.length !== NONCES_BYTES
  ) {
    const lengths = [token.length, salt.length, nonces.length];
    throw new RangeError(
      `A stamp's parts have ${TOKEN_CHARACTERS}, ${SALT_BYTES} and ` +
        `${NONCES_BYTES} characters or bytes, got ${lengths}`,
    );
  }
  const bytes = new Uint8Array(SALT_BYTES + NONCES_BYTES);
  bytes.set(salt);
  bytes.set(nonces, SALT_BYTES);
  return `${token}.${encodeBase64url(bytes)}`;
}

/** Reads a stamp. Never throws. */
export function parseStamp(text: string):
  | { ok: true; value: ParsedStamp }
  | { ok: false; reason: StampFault; detail: string } {
  if (text.length !== STAMP_CHARACTERS) {
    return malformed(
      `expected ${STAMP_CHARACTERS} characters, got ${text.length}`,
    );
  }
  if (text[TOKEN_CHARACTERS] !== ".") {
    return malformed(`expected "." after ${TOKEN_CHARACTERS} characters`);
  }
  const token = text.slice(0, TOKEN_CHARACTERS);
  const claim = parseToken(token);
  if (!claim.ok) return claim;
  const solution = decodeBase64url(text.slice(TOKEN_CHARACTERS + 1));
  if (!solution.ok) return malformed("a character is not base64url");
  return {
    ok: true,
    value: {
      token,
      claim: claim.value,
      salt: solution.value.subarray(0, SALT_BYTES),
      nonces: solution.value.subarray(SALT_BYTES),
    },
  };
}

function malformed(detail: string) {
  return {
    ok: false,
    reason: "malformed",
    detail: `Cannot decode stamp: ${detail}`,
  } as const;
}
