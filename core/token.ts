/** Tokens: a node's time-stamped, priced and authenticated promise. */

import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { STEPS_PER_BIT } from "./height.ts";

/** The only version of the token's layout. */
const TOKEN_VERSION = 1;
/** Characters of a token. */
export const TOKEN_CHARACTERS = 31;
/** Bytes that the node authenticates: version, time, height. */
const CLAIM_BYTES = 7;
const MAC_BYTES = 16;
const MAC_PREFIX = new TextEncoder().encode("sigmesh/1 token");

/** What a token promises. */
export interface TokenClaim {
  /** Unix time in whole seconds. */
  readonly issuedAt: number;
  /** Base price in bits, before weight and surcharge; a multiple of 1/256. */
  readonly height: number;
}

/** A token as read, its authenticity not yet checked. */
export interface Token extends TokenClaim {
  /** The 16 bytes by which the issuing node knows it again. */
  readonly mac: Uint8Array;
}

/** The bytes that a node's HMAC covers: `"sigmesh/1 token" | claim`. */
export function encodeMacInput(claim: TokenClaim): Uint8Array {
  const input = new Uint8Array(MAC_PREFIX.length + CLAIM_BYTES);
  input.set(MAC_PREFIX);
  writeClaim(new DataView(input.buffer, MAC_PREFIX.length), claim);
  return input;
}

/**
 * Token as text, 31 characters. `mac` is the node's HMAC-SHA-256 over
 * {@linkcode encodeMacInput}; its first 16 bytes are used.
 *
 * Throws RangeError when time or height do not fit their fields.
 */
export function formatToken(claim: TokenClaim, mac: Uint8Array): string {
  const bytes = new Uint8Array(CLAIM_BYTES + MAC_BYTES);
  writeClaim(new DataView(bytes.buffer), claim);
  bytes.set(mac.subarray(0, MAC_BYTES), CLAIM_BYTES);
  return encodeBase64url(bytes);
}

/** Why a text is no token. */
export type TokenFault = "malformed" | "non-canonical";

/** Reads a token. Never throws. */
export function parseToken(text: string):
  | { ok: true; value: Token }
  | { ok: false; reason: TokenFault; detail: string } {
  if (text.length !== TOKEN_CHARACTERS) {
    return fault(
      "malformed",
      `expected ${TOKEN_CHARACTERS} characters, got ${text.length}`,
    );
  }
  const decoded = decodeBase64url(text);
  if (!decoded.ok) {
    return decoded.reason === "malformed"
      ? fault("malformed", "a character is not base64url")
      : fault("non-canonical", "the spare bits of its last character are set");
  }
  const bytes = decoded.value;
  const view = new DataView(bytes.buffer);
  const version = view.getUint8(0);
  if (version !== TOKEN_VERSION) {
    return fault(
      "malformed",
      `its version is ${version}, this is ${TOKEN_VERSION}`,
    );
  }
  return {
    ok: true,
    value: {
      issuedAt: view.getUint32(1),
      height: view.getUint16(5) / STEPS_PER_BIT,
      mac: bytes.subarray(CLAIM_BYTES),
    },
  };
}

function fault(reason: TokenFault, detail: string) {
  return {
    ok: false,
    reason,
    detail: `Cannot decode token: ${detail}`,
  } as const;
}

function writeClaim(view: DataView, { issuedAt, height }: TokenClaim): void {
  const steps = height * STEPS_PER_BIT;
  if (!Number.isInteger(steps) || steps < 0 || steps > 0xffff) {
    throw new RangeError(
      `Token height must be a multiple of 1/256 in 0..255.996, got ${height}`,
    );
  }
  if (!Number.isInteger(issuedAt) || issuedAt < 0 || issuedAt > 0xffff_ffff) {
    throw new RangeError(
      `Token time must be whole seconds in 32 bits, got ${issuedAt}`,
    );
  }
  view.setUint8(0, TOKEN_VERSION);
  view.setUint32(1, issuedAt);
  view.setUint16(5, steps);
}
