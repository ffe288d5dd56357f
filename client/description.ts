/** Session descriptions of connections that carry data only, in some 90 bytes and their candidates. */

import { ByteReader, fromHex, toHex } from "./bytes.ts";
import { decodeCandidates, encodeCandidates } from "./candidate.ts";

/** Why bytes are no description. */
export type DescriptionFault = "malformed" | "other-type";

const FINGERPRINT = "a=fingerprint:sha-256 ";
/** Lines whose values are of base64's letters: 6 bits each. */
const LINES = [
  "a=mid:",
  "a=setup:",
  "a=ice-ufrag:",
  "a=ice-pwd:",
  "a=max-message-size:",
];

/** RFC 8841, section 6.1: what the absence of a line says. */
const DEFAULTS = "a=max-message-size:65536";

/**
 * A local description of one section, `webrtc-datachannel`, as bytes. Throws
 * TypeError when it has others, or lacks what is needed.
 */
export function encodeDescription(sdp: string): Uint8Array {
  if (/^m=(?!application )/m.test(sdp)) {
    throw new TypeError("Only connections for data alone can be described");
  }
  const fingerprint = find(sdp, FINGERPRINT, "[\\da-f:]{95}");
  const values = ["o=\\S+ ", ...LINES]
    .map((line) => find(sdp + DEFAULTS, line, "[a-z\\d+/]{1,255}"));
  const letters = values.join("");
  const padded = letters + "A".repeat(-letters.length & 3);
  return Uint8Array.from([
    ...fromHex(fingerprint.replaceAll(":", "")),
    ...values.map(({ length }) => length),
    ...Array.from(atob(padded), (byte) => byte.charCodeAt(0)),
    ...encodeCandidates(sdp.split(/\r?\na=/)),
  ]);
}

/** What follows the beginning of a line. */
function find(sdp: string, line: string, form: string): string {
  const found = new RegExp(`^${line}(${form})(?: .*)?\r?$`, "im").exec(sdp);
  if (found === null) throw new TypeError(`The description has no ${line}`);
  return found[1]!;
}

/**
 * The description that the other side takes as remote one. Never throws. What
 * comes out has the form of a description, but who sealed the bytes may have put
 * nonsense into it: a browser may still refuse it.
 */
export function decodeDescription(
  bytes: Uint8Array,
  type: "offer" | "answer",
): { ok: true; value: string } | { ok: false; reason: DescriptionFault } {
  const reader = new ByteReader(bytes);
  const fingerprint = toHex(reader.take(32), ":").toUpperCase();
  const lengths = Array.from(reader.take(1 + LINES.length));
  const packed = reader.take(
    (lengths.reduce((a, b) => a + b) + 3 >> 2) * 3,
  );
  const candidates = decodeCandidates(reader.take());
  if (reader.left < 0 || !candidates) return { ok: false, reason: "malformed" };
  const letters = btoa(String.fromCharCode(...packed));
  let at = 0;
  const [sessionId, ...values] = lengths
    .map((length) => letters.slice(at, at += length));
  const [mid, setup] = values;
  if ((setup === "actpass") !== (type === "offer")) {
    return { ok: false, reason: "other-type" };
  }
  const lines = [
    "v=0",
    `o=- ${sessionId} 0 IN IP4 0.0.0.0`,
    "s=-",
    "t=0 0",
    `a=group:BUNDLE ${mid}`,
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "c=IN IP4 0.0.0.0",
    ...LINES.map((line, i) => line + values[i]),
    "a=ice-options:trickle",
    FINGERPRINT + fingerprint,
    "a=sctp-port:5000",
    ...candidates.map((candidate) => `a=${candidate}`),
    "",
  ];
  return { ok: true, value: lines.join("\r\n") };
}
