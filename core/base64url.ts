/** base64url without padding (RFC 4648 section 5), in its canonical form only. */

/** Bytes to text. */
export function encodeBase64url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary)
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
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
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) {
    return { ok: false, reason: "malformed" };
  }
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return encodeBase64url(bytes) === text
    ? { ok: true, value: bytes }
    : { ok: false, reason: "non-canonical" };
}
