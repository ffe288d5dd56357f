/** ICE candidates in a few bytes: 7 with an IPv4 address, 19 with an IPv6 or mDNS one. */

import { ByteReader, fromHex, toHex } from "./bytes.ts";

/** Candidates of one description, or of one list of later ones. */
const MAX_CANDIDATES = 40;
/** A description with so many bytes of them fits into a post. */
const MAX_BYTES = 600;

// The first byte has places in these lists: 2 bits each, and 4 of the address.
const TYPES = ["host", "srflx", "prflx", "relay"];
/** TCP by its `tcptype`. Active ones are left out: nobody can connect to them. */
const PROTOCOLS = ["udp", "passive", "so"];
const IPV4 = 0, IPV6 = 1, MDNS = 2;

/** RFC 8445, section 5.1.2.2, by type. */
const PREFERENCES = [126, 100, 110, 2];
/** Over TCP: after what is direct over UDP (RFC 6544, section 4.2). */
const TCP_PREFERENCE = 90;

/**
 * `candidate:…` texts as bytes, best first. Left out are those of an unknown
 * form, of another component than 1, active ones over TCP, and, where there are
 * too many, the least of the device's own: what a server found is scarcer.
 */
export function encodeCandidates(candidates: readonly string[]): Uint8Array {
  const kept = candidates.flatMap(parseCandidate)
    .sort((a, b) => b.priority - a.priority)
    .map(({ bytes }) => bytes);
  while (kept.length > MAX_CANDIDATES || kept.flat().length > MAX_BYTES) {
    kept.splice(kept.findLastIndex(([head]) => (head! & 3) === 0), 1);
  }
  return Uint8Array.from(kept.flat());
}

/** One, or none that can be sent. */
function parseCandidate(
  text: string,
): { priority: number; bytes: number[] }[] {
  const [, protocol = "", priority, address = "", port, typeName = "", , how] =
    /^candidate:\S+ 1 (\S+) (\d+) (\S+) (\d+) typ (\S+)(.* tcptype (\S+))?/
      .exec(text) ?? [];
  const type = TYPES.indexOf(typeName);
  const transport = PROTOCOLS.indexOf(how ?? protocol.toLowerCase());
  const [kind, digits] = parseAddress(address);
  if (type < 0 || transport < 0 || digits === undefined) return [];
  return [{
    priority: Number(priority),
    bytes: [
      type | transport << 2 | kind << 4,
      Number(port) >> 8,
      Number(port) & 255,
      ...fromHex(digits),
    ],
  }];
}

/** Kind and hex digits; no digits for an address of another form, or with a zone. */
function parseAddress(address: string): [kind: number, digits?: string] {
  if (/^(\d+\.){3}\d+$/.test(address)) {
    return [IPV4, toHex(Uint8Array.from(address.split("."), Number))];
  }
  const [kind, digits] = address.endsWith(".local")
    ? [MDNS, address.slice(0, -6).replaceAll("-", "")]
    : [IPV6, expandIpv6(address)];
  return /^[\da-f]{32}$/.test(digits) ? [kind, digits] : [kind];
}

function expandIpv6(address: string): string {
  const groups = address.split(":");
  return address.replace("::", ":".padEnd(10 - groups.length, ":"))
    .split(":").map((group) => group.padStart(4, "0")).join("");
}

/** Reads what {@linkcode encodeCandidates} made; undefined when it cannot have. */
export function decodeCandidates(bytes: Uint8Array): string[] | undefined {
  const reader = new ByteReader(bytes);
  const candidates: string[] = [];
  while (reader.left > 0) {
    const head = reader.number(1);
    const port = reader.number(2);
    const type = TYPES[head & 3];
    const protocol = PROTOCOLS[head >> 2 & 3];
    const address = readAddress(reader, head >> 4);
    const place = candidates.length;
    if (!protocol || !address || reader.left < 0 || place === MAX_CANDIDATES) {
      return undefined;
    }
    const isTcp = protocol !== "udp";
    const preference = isTcp ? TCP_PREFERENCE : PREFERENCES[head & 3]!;
    const priority = preference << 24 | 65535 - place << 8 | 255;
    // Those of one foundation wait for each other (RFC 8445, 6.1.2.6): here none does.
    candidates.push(
      `candidate:${head}${port} 1 ${isTcp ? "tcp" : "udp"} ${priority} ` +
        `${address} ${port} typ ${type}` +
        (type === "host" ? "" : " raddr 0.0.0.0 rport 0") +
        (isTcp ? ` tcptype ${protocol}` : ""),
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
