/** ICE candidates in a few bytes: 7 with an IPv4 address, 19 with an IPv6 or mDNS one. */

import { ByteReader, fromHex, toHexPair } from "./bytes.ts";

/** Candidates of one description, or of one list of later ones. */
const MAX_CANDIDATES = 40;
/** A description with so many bytes of them fits into a post. */
const MAX_BYTES = 600;

// Where a number stands for an entry, it is its place in the list.
const TYPES = ["host", "srflx", "prflx", "relay"];
/** RFC 8445, section 5.1.2.2. */
const TYPE_PREFERENCES = [126, 100, 110, 2];
/** Of whatever is over TCP: after all that is direct over UDP (RFC 6544, section 4.2). */
const TCP_PREFERENCE = 90;
/** TCP by its `tcptype`. Active ones are left out: nobody can connect to them. */
const PROTOCOLS = ["udp", "passive", "so"];
/** Kinds of address. */
const IPV4 = 0, IPV6 = 1, MDNS = 2, NAME = 3;

interface Candidate {
  readonly isHost: boolean;
  readonly priority: number;
  readonly bytes: readonly number[];
}

/**
 * `candidate:…` texts as bytes, best first. Left out are those of an unknown
 * form, of another component than 1, active ones over TCP, and, where there are
 * too many, the least of the device's own: what a server found is scarcer.
 */
export function encodeCandidates(candidates: readonly string[]): Uint8Array {
  const ranked = candidates.flatMap(parseCandidate)
    .sort((a, b) => b.priority - a.priority);
  let left = MAX_BYTES;
  const kept = new Set(
    [true, false].flatMap((isLast) => ranked.filter((c) => c.isHost !== isLast))
      .slice(0, MAX_CANDIDATES)
      .filter(({ bytes }) => (left -= bytes.length) >= 0),
  );
  return Uint8Array.from(
    ranked.flatMap((one) => kept.has(one) ? one.bytes : []),
  );
}

/** One, or none that can be sent. */
function parseCandidate(text: string): Candidate[] {
  const [, protocol, priority, address, port, typeName, , tcpType] =
    /^candidate:\S+ 1 (\S+) (\d+) (\S+) (\d+) typ (\S+)(.* tcptype (\S+))?/i
      .exec(text) ?? [];
  if (address === undefined) return [];
  const type = TYPES.indexOf(typeName!);
  const how = PROTOCOLS.indexOf(tcpType ?? protocol!.toLowerCase());
  const encoded = encodeAddress(address);
  if (type < 0 || how < 0 || encoded === undefined) return [];
  return [{
    isHost: type === 0,
    priority: Number(priority),
    bytes: [
      type | how << 2 | encoded.kind << 4,
      Number(port) >> 8,
      Number(port) & 255,
      ...encoded.bytes,
    ],
  }];
}

function encodeAddress(
  address: string,
): { kind: number; bytes: number[] } | undefined {
  if (/^(\d+\.){3}\d+$/.test(address)) {
    return { kind: IPV4, bytes: address.split(".").map(Number) };
  }
  if (address.includes(":")) {
    const bytes = encodeIpv6(address);
    return bytes && { kind: IPV6, bytes };
  }
  if (/^[\da-f]{8}(-[\da-f]{4}){4}[\da-f]{8}\.local$/.test(address)) {
    const bytes = fromHex(address.slice(0, 36).replaceAll("-", ""));
    return { kind: MDNS, bytes };
  }
  if (!isName(address)) return undefined;
  const bytes = Array.from(address, (letter) => letter.charCodeAt(0));
  return { kind: NAME, bytes: [bytes.length, ...bytes] };
}

function isName(text: string): boolean {
  return /^[\w.-]{1,255}$/.test(text);
}

/** By URL, which knows every spelling; undefined for what is none, or has a zone. */
function encodeIpv6(text: string): number[] | undefined {
  try {
    const [head, tail] = canonicalIpv6(text).split("::")
      .map((half) => half === "" ? [] : half.split(":"));
    const zeros = tail && Array(8 - head!.length - tail.length).fill("0");
    return [...head!, ...zeros ?? [], ...tail ?? []]
      .flatMap((group) => fromHex(group.padStart(4, "0")));
  } catch {
    return undefined;
  }
}

function canonicalIpv6(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

/** Reads what {@linkcode encodeCandidates} made; undefined when it cannot have. */
export function decodeCandidates(bytes: Uint8Array): string[] | undefined {
  const reader = new ByteReader(bytes);
  const candidates: string[] = [];
  while (reader.left > 0) {
    const candidate = readCandidate(reader, candidates.length);
    if (candidate === undefined || candidates.length === MAX_CANDIDATES) {
      return undefined;
    }
    candidates.push(candidate);
  }
  return candidates;
}

/** Priorities are made of the type and the place among the others. */
function readCandidate(reader: ByteReader, place: number): string | undefined {
  const head = reader.number(1);
  const type = head & 3;
  const protocol = PROTOCOLS[head >> 2 & 3];
  const port = reader.number(2);
  const address = readAddress(reader, head >> 4);
  if (protocol === undefined || address === undefined || reader.isPast) {
    return undefined;
  }
  const isTcp = protocol !== "udp";
  const preference = isTcp ? TCP_PREFERENCE : TYPE_PREFERENCES[type]!;
  const priority = preference << 24 | 65535 - place << 8 | 255;
  // Candidates of one foundation wait for each other; these have none in common.
  const foundation = `${head}${port}`;
  return `candidate:${foundation} 1 ${isTcp ? "tcp" : "udp"} ${priority} ` +
    `${address} ${port} typ ${TYPES[type]}` +
    (type === 0
      ? ""
      : ` raddr ${head >> 4 === IPV6 ? "::" : "0.0.0.0"} rport 0`) +
    (isTcp ? ` tcptype ${protocol}` : "");
}

function readAddress(reader: ByteReader, kind: number): string | undefined {
  switch (kind) {
    case IPV4:
      return reader.take(4).join(".");
    case IPV6: {
      const hex = Array.from(reader.take(16), toHexPair).join("");
      return canonicalIpv6(hex.match(/..../g)!.join(":"));
    }
    case MDNS: {
      const hex = Array.from(reader.take(16), toHexPair).join("");
      return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") + ".local";
    }
    case NAME: {
      const name = String.fromCharCode(...reader.take(reader.number(1)));
      return isName(name) ? name : undefined;
    }
  }
}
