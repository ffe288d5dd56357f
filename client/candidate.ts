/** ICE candidates in a few bytes: 7 with an IPv4 address, 19 with an IPv6 or mDNS one. */

import { ByteReader, encodeU16, fromHex, toHex } from "./bytes.ts";

/** Of one description, or of one list of later ones: as many as always fit into a post. */
const MAX_CANDIDATES = 31;

// The first byte has a place in this list, and above it the kind of address.
const TYPES = ["host", "srflx", "relay"];
const IPV4 = 0, IPV6 = 1, MDNS = 2;

/**
 * `candidate:…` texts as bytes, best first. Left out are those over TCP, which
 * browsers have of the active kind only; those of an unknown form; and where
 * there are too many, the least of the device's own: what a server found is
 * scarcer.
 */
export function encodeCandidates(candidates: readonly string[]): Uint8Array {
  const ranked = candidates.flatMap(parseCandidate)
    .sort((a, b) => b.priority - a.priority);
  while (ranked.length > MAX_CANDIDATES) {
    ranked.splice(ranked.findLastIndex(({ type }) => type === 0), 1);
  }
  return Uint8Array.from(ranked.flatMap(({ bytes }) => bytes));
}

/** One, or none that can be sent. */
function parseCandidate(
  text: string,
): { priority: number; type: number; bytes: number[] }[] {
  const [, priority, address = "", port, typeName = ""] =
    /^candidate:\S+ 1 udp (\d+) (\S+) (\d+) typ (\S+)/i.exec(text) ?? [];
  const type = TYPES.indexOf(typeName);
  const encoded = encodeAddress(address);
  if (type < 0 || encoded === undefined) return [];
  const [kind, ...bytes] = encoded;
  return [{
    priority: Number(priority),
    type,
    bytes: [type | kind! << 2, ...encodeU16(Number(port)), ...bytes],
  }];
}

/** Its kind, then its bytes; undefined when it is none, or has a zone. */
function encodeAddress(address: string): number[] | undefined {
  const digits = hexOfAddress(address);
  return /^(00.{8}|0[12].{32})$/.test(digits) && !/[^\da-f]/.test(digits)
    ? fromHex(digits)
    : undefined;
}

function hexOfAddress(address: string): string {
  if (address.endsWith(".local")) {
    return `0${MDNS}` + address.slice(0, -6).replaceAll("-", "");
  }
  const groups = address.split(":");
  if (groups.length === 1) {
    return `0${IPV4}` + toHex(address.split(".").map(Number));
  }
  return `0${IPV6}` +
    address.replace("::", ":".padEnd(10 - groups.length, ":")).split(":")
      .map((group) => group.padStart(4, "0")).join("");
}

/** Reads what {@linkcode encodeCandidates} made; undefined when it cannot have. */
export function decodeCandidates(bytes: Uint8Array): string[] | undefined {
  const reader = new ByteReader(bytes);
  const candidates: string[] = [];
  while (reader.left > 0) {
    const head = reader.number(1);
    const port = reader.number(2);
    const type = TYPES[head & 3];
    const address = readAddress(reader, head >> 2);
    const place = candidates.length;
    if (!type || !address || reader.left < 0 || place === MAX_CANDIDATES) {
      return undefined;
    }
    // RFC 8445, section 5.1.2: by type, then by place.
    const priority = 126 - 63 * (head & 3) << 24 | 65535 - place << 8 | 255;
    // Those of one foundation wait for each other (6.1.2.6): here none does.
    candidates.push(
      `candidate:${head}${port} 1 udp ${priority} ${address} ${port} typ ` +
        type + (type === "host" ? "" : " raddr 0.0.0.0 rport 0"),
    );
  }
  return candidates;
}

function readAddress(reader: ByteReader, kind: number): string | undefined {
  if (kind === IPV4) return reader.take(4).join(".");
  const digits = toHex(reader.take(16));
  if (kind === IPV6) return digits.match(/..../g)!.join(":");
  if (kind === MDNS) {
    return digits.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") +
      ".local";
  }
}
