/** ICE candidates in a few bytes: 7 with an IPv4 address, 19 with an IPv6 or mDNS one. */

import { fromHex, numberOf, toHex } from "./bytes.ts";

/** Of one description, or of one list of later ones: as many as always fit into a post. */
const MAX_CANDIDATES = 31;

/** Type: its place. The first byte has it and above it the kind of address. */
const TYPES = ["host", "srflx", "relay"];
const IPV4 = 0, IPV6 = 1, MDNS = 2;

/**
 * `candidate:…` texts of a browser as bytes, best first. Left out are those over
 * TCP, which browsers have of the active kind only; those whose address is of
 * another form; and where there are too many, the least of the device's own:
 * what a server found is scarcer.
 */
export function encodeCandidates(candidates: readonly string[]): Uint8Array {
  const ranked = candidates.flatMap(rankCandidate)
    .sort(([a], [b]) => b - a)
    .map(([, ...bytes]) => bytes);
  while (ranked.length > MAX_CANDIDATES) {
    ranked.splice(ranked.findLastIndex(([head]) => (head! & 3) === 0), 1);
  }
  return Uint8Array.from(ranked.flat());
}

const FORM =
  /^candidate:\S+ 1 udp (\d+) (?:((?:\d+\.){3}\d+)|([\da-f:]+)|([\da-f-]{36})\.local) (\d+) typ (host|srflx|relay)/i;

type Ranked = [priority: number, ...bytes: number[]];

/** One, or none that can be sent. */
function rankCandidate(text: string): Ranked[] {
  const found = FORM.exec(text);
  if (found === null) return [];
  const [, priority, ipv4, ipv6, mdns, port, type] = found;
  return [[
    Number(priority),
    TYPES.indexOf(type!) | (ipv4 ? IPV4 : ipv6 ? IPV6 : MDNS) << 2,
    Number(port) >> 8,
    Number(port),
    ...ipv4
      ? ipv4.split(".").map(Number)
      : fromHex(ipv6 ? expandIpv6(ipv6) : mdns!.replaceAll("-", "")),
  ]];
}

/** All 32 digits. */
function expandIpv6(address: string): string {
  const groups = address.split(":").length;
  return address.replace("::", ":".padEnd(10 - groups, ":")).split(":")
    .map((group) => group.padStart(4, "0")).join("");
}

/** Reads what {@linkcode encodeCandidates} made; undefined when it cannot have. */
export function decodeCandidates(
  bytes: Iterable<number>,
): string[] | undefined {
  const left = [...bytes];
  const candidates: string[] = [];
  while (left.length > 0) {
    const [head, high, low, ...address] = left.splice(
      0,
      left[0]! >> 2 === IPV4 ? 7 : 19,
    );
    const place = candidates.length;
    const type = TYPES[head! & 3];
    const kind = head! >> 2;
    const isWhole = address.length === (kind === IPV4 ? 4 : 16);
    if (!type || kind > MDNS || !isWhole || place === MAX_CANDIDATES) {
      return undefined;
    }
    const port = numberOf([high!, low!]);
    // RFC 8445, section 5.1.2: by type, then by place.
    const priority = 126 - 63 * (head! & 3) << 24 | 65535 - place << 8 | 255;
    // Those of one foundation wait for each other (6.1.2.6): here none does.
    candidates.push(
      `candidate:${head}${port} 1 udp ${priority} ` +
        `${formatAddress(kind, address)} ${port} typ ${type}` +
        (type === "host" ? "" : " raddr 0.0.0.0 rport 0"),
    );
  }
  return candidates;
}

function formatAddress(kind: number, bytes: number[]): string {
  if (kind === IPV4) return bytes.join(".");
  const digits = toHex(bytes);
  return kind === IPV6
    ? digits.match(/..../g)!.join(":")
    : digits.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") + ".local";
}
