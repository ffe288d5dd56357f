/** base64url without padding (RFC 4648 section 5), in its canonical form only. */

const ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const VALUE_OF = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) VALUE_OF[ALPHABET.charCodeAt(i)] = i;

/** Bytes to text. */
export function encodeBase64url(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8 | byte) & 0xffff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += ALPHABET[held >> bits & 63];
    }
  }
  if (bits > 0) text += ALPHABET[held << (6 - bits) & 63];
  return text;
}

/** Why a text is not canonical base64url. */
export type Base64urlFault = "malformed" | "non-canonical";

/**
 * Text to bytes. A text whose spare bits are not zero is another spelling of
 * the same bytes; accepting it would give one stamp several texts.
 */
export function decodeBase64url(
  text: string,
): { ok: true; value: Uint8Array } | { ok: false; reason: Base64urlFault } {
  const spareBits = text.length * 6 % 8;
  if (spareBits === 6) return { ok: false, reason: "malformed" };
  const bytes = new Uint8Array(text.length * 6 >> 3);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = VALUE_OF[text.charCodeAt(i)] ?? -1;
    if (value < 0) return { ok: false, reason: "malformed" };
    held = (held << 6 | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits & 255;
    }
  }
  const spare = held & (1 << spareBits) - 1;
  return spare === 0
    ? { ok: true, value: bytes }
    : { ok: false, reason: "non-canonical" };
}
