/** Session descriptions of connections that carry data only, in some 100 bytes and their candidates. */

import { fromHex, toHex } from "./bytes.ts";
import { decodeCandidates, encodeCandidates } from "./candidate.ts";

/** Why bytes are no description. */
export type DescriptionFault = "malformed" | "other-type";

/** The lines that differ from one description to the other. */
const LINES = [
  "o=\\S+ (\\d+)",
  "a=mid:(\\S+)",
  "a=setup:(\\S+)",
  "a=ice-ufrag:(\\S+)",
  "a=ice-pwd:(\\S+)",
  "a=max-message-size:(\\d+)",
];
/** What stands in them, as it is sent. */
const VALUES =
  /^(\d+) ([\w.-]+) (actpass|active|passive) ([\w+/]{4,256}) ([\w+/]{22,256}) (\d+)\n/;
const FINGERPRINT = "a=fingerprint:sha-256 ";
/** RFC 8841, section 6.1: what the absence of a line says. */
const DEFAULTS = "a=max-message-size:65536";

/**
 * A local description of one section, `webrtc-datachannel`, as bytes. Throws
 * TypeError when it has others, or lacks what is needed.
 */
export function encodeDescription(sdp: string): Uint8Array {
  const values = LINES.map((line) => find(sdp + DEFAULTS, line)).join(" ");
  if (/^m=(?!application )/m.test(sdp) || !VALUES.test(`${values}\n`)) {
    throw new TypeError("Not of a connection for data alone");
  }
  return Uint8Array.from([
    ...fromHex(find(sdp, `${FINGERPRINT}(\\S{95})`).replaceAll(":", "")),
    ...new TextEncoder().encode(`${values}\n`),
    ...encodeCandidates(sdp.split(/\r?\na=/)),
  ]);
}

/** What a line has in the brackets. */
function find(sdp: string, line: string): string {
  const found = new RegExp(`^${line}`, "im").exec(sdp);
  if (found === null) throw new TypeError(`No ${line}`);
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
  const rest = bytes.subarray(32);
  const [all, sessionId, mid, setup, ufrag, password, maxMessageBytes] =
    VALUES.exec(String.fromCharCode(...rest)) ?? [];
  const candidates = decodeCandidates(rest.subarray(all?.length));
  if (all === undefined || candidates === undefined) {
    return { ok: false, reason: "malformed" };
  }
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
    `a=mid:${mid}`,
    `a=setup:${setup}`,
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${password}`,
    "a=ice-options:trickle",
    FINGERPRINT + toHex(bytes.subarray(0, 32), ":").toUpperCase(),
    "a=sctp-port:5000",
    `a=max-message-size:${maxMessageBytes}`,
    ...candidates.map((candidate) => `a=${candidate}`),
    "",
  ];
  return { ok: true, value: lines.join("\r\n") };
}
