/** Session descriptions of connections that carry data only, in some 75 bytes and their candidates. */

import { ByteReader, encodeU32, fromHex, toHexPair } from "./bytes.ts";
import { decodeCandidates, encodeCandidates } from "./candidate.ts";

/** What the other side can be told about a description. */
export type DescriptionFault =
  | "truncated"
  | "bad-setup"
  | "bad-credentials"
  | "bad-mid"
  | "bad-candidates";

const SETUPS = ["actpass", "active", "passive"];
/** RFC 8841, section 6.1: where a description does not say. */
const DEFAULT_MAX_MESSAGE_BYTES = "65536";
const MIN_UFRAG_LENGTH = 4; // RFC 8839, section 5.4
const MIN_PASSWORD_LENGTH = 22;

/**
 * A local description of one section, `webrtc-datachannel`, as bytes. Throws
 * TypeError when it has others, or lacks what is needed.
 */
export function encodeDescription(sdp: string): Uint8Array {
  if (/^m=(?!application )/m.test(sdp)) {
    throw new TypeError("Only connections that carry data alone can be sent");
  }
  const ufrag = find(sdp, "a=ice-ufrag:([\\w+/]{4,255})");
  const password = find(sdp, "a=ice-pwd:([\\w+/]{22,255})");
  const mid = find(sdp, "a=mid:([!-~]{1,32})");
  return Uint8Array.from([
    ...fromHex(
      BigInt(find(sdp, "o=\\S+ (\\d+) .*")).toString(16)
        .padStart(16, "0").slice(-16),
    ),
    ...fromHex(
      find(sdp, "a=fingerprint:sha-256 ((?:[\\da-f]{2}:){31}[\\da-f]{2})")
        .replaceAll(":", ""),
    ),
    SETUPS.indexOf(find(sdp, "a=setup:(actpass|active|passive)")),
    ...encodeU32(Math.min(
      Number(find(sdp, "a=max-message-size:(\\d+)", DEFAULT_MAX_MESSAGE_BYTES)),
      2 ** 32 - 1,
    )),
    ufrag.length,
    password.length,
    ...encodeIceText(ufrag + password),
    mid.length,
    ...Array.from(mid, (letter) => letter.charCodeAt(0)),
    ...encodeCandidates(sdp.split(/\r?\na=/)),
  ]);
}

/** What a line of this form has in its brackets. */
function find(sdp: string, form: string, otherwise?: string): string {
  const found = new RegExp(`^${form}\r?$`, "im").exec(sdp)?.[1] ?? otherwise;
  if (found === undefined) {
    throw new TypeError(`The session description has no ${form}`);
  }
  return found;
}

/** ufrag and password are of base64's alphabet: 6 bits a character. */
function encodeIceText(text: string): number[] {
  return Array.from(
    atob(text.padEnd(Math.ceil(text.length / 4) * 4, "A")),
    (byte) => byte.charCodeAt(0),
  ).slice(0, iceBytes(text.length));
}

function iceBytes(characters: number): number {
  return Math.ceil(characters * 6 / 8);
}

/**
 * The description that the other side takes as remote one. Never throws; that
 * a browser accepts what comes out is not promised: whoever sealed the bytes
 * may have put nonsense into them.
 */
export function decodeDescription(
  bytes: Uint8Array,
  type: "offer" | "answer",
): { ok: true; value: string } | { ok: false; reason: DescriptionFault } {
  const reader = new ByteReader(bytes);
  const sessionId = BigInt(`0x${readHex(reader, 8).join("")}`);
  const fingerprint = readHex(reader, 32).join(":").toUpperCase();
  const setup = SETUPS[reader.number(1)];
  const maxMessageBytes = reader.number(4);
  const ufragLength = reader.number(1);
  const length = ufragLength + reader.number(1);
  const ice = btoa(String.fromCharCode(...reader.take(iceBytes(length))));
  const mid = String.fromCharCode(...reader.take(reader.number(1)));
  if (reader.isPast) return refuse("truncated");
  if (setup === undefined || (setup === "actpass") !== (type === "offer")) {
    return refuse("bad-setup");
  }
  if (
    ufragLength < MIN_UFRAG_LENGTH ||
    length - ufragLength < MIN_PASSWORD_LENGTH
  ) {
    return refuse("bad-credentials");
  }
  if (!/^[!-~]{1,32}$/.test(mid)) return refuse("bad-mid");
  const candidates = decodeCandidates(reader.take());
  if (candidates === undefined) return refuse("bad-candidates");
  const lines = [
    "v=0",
    `o=- ${sessionId} 0 IN IP4 0.0.0.0`,
    "s=-",
    "t=0 0",
    `a=group:BUNDLE ${mid}`,
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "c=IN IP4 0.0.0.0",
    `a=mid:${mid}`,
    `a=ice-ufrag:${ice.slice(0, ufragLength)}`,
    `a=ice-pwd:${ice.slice(ufragLength, length)}`,
    "a=ice-options:trickle",
    `a=fingerprint:sha-256 ${fingerprint}`,
    `a=setup:${setup}`,
    "a=sctp-port:5000",
    `a=max-message-size:${maxMessageBytes}`,
    ...candidates.map((candidate) => `a=${candidate}`),
  ];
  return { ok: true, value: lines.map((line) => `${line}\r\n`).join("") };
}

function readHex(reader: ByteReader, length: number): string[] {
  return Array.from(reader.take(length), toHexPair);
}

function refuse(
  reason: DescriptionFault,
): { ok: false; reason: DescriptionFault } {
  return { ok: false, reason };
}
