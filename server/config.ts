/** What an operator can set, read once, checked and frozen. */

import { DEFAULT_CURVE, type PriceCurve } from "@sigmesh/core";
import proxyAddr from "proxy-addr";
import { isAddress, isWildcard } from "./address.ts";
import { Denial } from "./denial.ts";
import { DEFAULT_DHT, type DhtConfig } from "./dht_config.ts";
import { parseDifficulty } from "./load/difficulty.ts";
import type { Contact } from "./mesh/dht/contacts.ts";
import { DEFAULT_TURN, type TurnConfig } from "./turn_config.ts";

/** Severities of the log, the least first. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
/** One line for people, or one JSON object a line. */
export const LOG_FORMATS = ["text", "json"] as const;

/** Settings of a node. */
export interface Config {
  /** Address to listen on. */
  readonly host: string;
  /** Port to listen on; 0 chooses a free one. */
  readonly port: number;
  /** Whether a port that is taken is an error, since somebody asked for it. */
  readonly isPortExplicit: boolean;
  /** Files of the certificate chain and its key, PEM; with them only https is served. */
  readonly certificate: { readonly cert: string; readonly key: string } | null;
  /** Origin by which the world knows this node. */
  readonly publicUrl: string | null;
  /** Further Host headers that are this node's. */
  readonly allowedHosts: readonly string[];
  /** Addresses whose forwarded headers count. */
  readonly trustProxy: readonly string[];
  /** Addresses and ranges that are not served, and rooms that are not carried. */
  readonly deny: readonly string[];
  /** How to reach the operator. */
  readonly contact: string | null;
  /** Where the terms of use are. */
  readonly terms: string | null;
  /** Price at rest and at full load. */
  readonly curve: PriceCurve;
  /** RSS at which memory counts as full. */
  readonly maxMemoryBytes: number;
  /** Open streams in all. At the bound a new one is told to come back later. */
  readonly maxSubscribers: number;
  /** Open streams of one IPv4 address or IPv6 /64. At the bound likewise. */
  readonly maxSubscribersPerIp: number;
  /** Free requests a second in all. Beyond them some are refused, late, pages first. */
  readonly maxUnpaid: number;
  /** Free requests a second of one IPv4 address or IPv6 /64. Beyond them it is refused, late. */
  readonly maxUnpaidPerIp: number;
  /** BitTorrent's DHT. */
  readonly dht: DhtConfig;
  /** Folder of what outlives the process; null where nothing does. */
  readonly dataDir: string | null;
  /** Whether this node knows others and shares rooms with them. */
  readonly mesh: boolean;
  /** Origins of nodes that are always asked. */
  readonly peers: readonly string[];
  /** Port that others are told to ask where this node is; null for the usual one, 0 for a free one. */
  readonly announcePort: number | null;
  /** Whether other nodes may be at private addresses, and without TLS. */
  readonly allowPrivate: boolean;
  /** STUN and TURN. */
  readonly turn: TurnConfig;
  /** Whether `GET /metrics` is answered. */
  readonly metrics: boolean;
  /** Least severity that is written to the log. */
  readonly logLevel: typeof LOG_LEVELS[number];
  readonly logFormat: typeof LOG_FORMATS[number];
}

/** A node that was told nothing. */
export const DEFAULT_CONFIG: Config = Object.freeze({
  host: "0.0.0.0",
  port: 8000,
  isPortExplicit: false,
  certificate: null,
  publicUrl: null,
  allowedHosts: [],
  trustProxy: [],
  deny: [],
  contact: null,
  terms: null,
  curve: DEFAULT_CURVE,
  maxMemoryBytes: 1024 * 2 ** 20,
  maxSubscribers: 20_000,
  maxSubscribersPerIp: 64,
  maxUnpaid: 1000,
  maxUnpaidPerIp: 10,
  dataDir: null,
  dht: DEFAULT_DHT,
  mesh: true,
  peers: [],
  announcePort: null,
  allowPrivate: false,
  turn: DEFAULT_TURN,
  metrics: false,
  logLevel: "info",
  logFormat: "text",
});

/** A setting that cannot be used; the message says what it takes. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Reads a whole number within bounds. */
export function parseCount(
  text: string,
  { least, most }: { least: number; most: number },
): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < least || count > most) {
    throw new ConfigError(`expected a whole number from ${least} to ${most}`);
  }
  return count;
}

/** Reads an IP address to listen on. */
export function parseAddress(text: string): string {
  if (!isAddress(text)) {
    throw new ConfigError("expected an IP address, such as 0.0.0.0 or ::");
  }
  return text;
}

/** Reads an origin: `https://node.example`. */
export function parseOrigin(text: string): string {
  const url = URL.parse(text);
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) &&
    !url.hostname.includes("*") && url.port !== "0" &&
    url.pathname === "/" && url.search === "" && url.hash === "" &&
    url.username === "" && url.password === "";
  if (!isOrigin) {
    throw new ConfigError(
      "expected an origin without a path, such as https://node.example",
    );
  }
  return url.origin;
}

const MAX_PEERS = 64;

/** Reads origins of nodes, separated by commas. */
export function parsePeers(text: string): string[] {
  const peers = [...new Set(splitList(text).map(parseOrigin))];
  if (peers.length > MAX_PEERS) {
    throw new ConfigError(
      `expected at most ${MAX_PEERS} nodes; a few are enough to find all others`,
    );
  }
  return peers;
}

/** Reads the path of a folder. */
export function parseFolder(text: string): string {
  if (text === "") throw new ConfigError("expected the path of a folder");
  return text;
}

/** Reads Host headers, separated by commas: `node.lan:8000,10.0.0.5:8000`. */
export function parseHosts(text: string): string[] {
  return splitList(text).map((host) => {
    const url = URL.parse(`http://${host}`);
    const isHost = url !== null && url.href === `http://${url.host}/` &&
      !url.host.includes("*");
    if (!isHost) {
      throw new ConfigError(
        `"${host}" is not a host; expected names as in a URL, such as ` +
          "node.lan:8000,10.0.0.5:8000",
      );
    }
    return url.host;
  });
}

/** Reads proxies to trust: addresses, CIDR ranges, `loopback`, `linklocal`, `uniquelocal`. */
export function parseProxies(text: string): string[] {
  const proxies = splitList(text);
  try {
    proxyAddr.compile(proxies);
  } catch {
    throw new ConfigError(
      "expected addresses or ranges, such as loopback,10.0.0.0/8",
    );
  }
  return proxies;
}

/** Reads addresses, ranges and rooms, separated by commas. */
export function parseDenied(text: string): string[] {
  const names = splitList(text);
  try {
    new Denial(names);
  } catch {
    throw new ConfigError(
      "expected addresses, ranges or rooms' hashes, such as 192.0.2.0/24",
    );
  }
  return names;
}

/** Fewer would be used up by one credential, which may hold 32 allocations. */
const LEAST_RELAY_PORTS = 64;

/** Reads a range of ports: `49152-49663`. */
export function parseRelayPorts(text: string): { least: number; most: number } {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const [least, most] = [Number(first), Number(last)];
  if (first === undefined || least < 1024 || most > 65_535) {
    throw new ConfigError(
      "expected a range of ports from 1024 to 65535, such as 49152-49663",
    );
  }
  if (most - least + 1 < LEAST_RELAY_PORTS) {
    throw new ConfigError(
      `expected at least ${LEAST_RELAY_PORTS} ports, one for each allocation`,
    );
  }
  return { least, most };
}

/** Reads the address of a NAT. */
export function parseExternalIp(text: string): string {
  if (!isAddress(text) || isWildcard(text)) {
    throw new ConfigError(
      "expected the IP address by which the world reaches this machine, such as 192.0.2.1",
    );
  }
  return text;
}

/** Reads URLs of TURN servers, separated by commas (RFC 7065). */
export function parseTurnUrls(text: string): string[] {
  return splitList(text).map((url) => {
    const [, host] =
      /^turns?:((?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?)(?:\?transport=(?:udp|tcp))?$/i
        .exec(url) ?? [];
    if (host === undefined || !URL.canParse(`http://${host}`)) {
      throw new ConfigError(
        `"${url}" is no URL of a TURN server; expected such as ` +
          "turn:turn.example:3478?transport=udp",
      );
    }
    return url;
  });
}

/** Reads nodes of a DHT, separated by commas: `dht.example:6881,10.0.0.5:6881`. */
export function parseBootstrap(text: string): Contact[] {
  return splitList(text).map((item) => {
    const [, host, digits] = /^([\w.-]+):(\d{1,5})$/.exec(item) ?? [];
    const port = Number(digits);
    const isNode = host !== undefined && URL.canParse(`http://${host}`) &&
      port > 0 && port < 65_536;
    if (!isNode) {
      throw new ConfigError(
        `"${item}" is no node of a DHT; expected a name or an IPv4 address ` +
          "and a port, such as dht.example:6881",
      );
    }
    return { host, port };
  });
}

/** Reads what a file is called, or a line for people: an empty one is a variable that somebody forgot to set. */
export function parseText(text: string): string {
  if (text.trim() === "") throw new ConfigError("expected some text, got none");
  return text;
}

/** Reads a secret that is shared with a TURN server. */
export function parseSecret(text: string): string {
  if (text === "") throw new ConfigError("expected the server's secret");
  return text;
}

/** Reads `--difficulty`'s file. */
export function readDifficulty(path: string): PriceCurve {
  let json: string;
  try {
    json = Deno.readTextFileSync(path);
  } catch (cause) {
    throw new ConfigError(`cannot read the file: ${(cause as Error).message}`);
  }
  const parsed = parseDifficulty(json);
  if (!parsed.ok) {
    throw new ConfigError(
      `the file ${parsed.detail}; deno task bench:tune writes such a file`,
    );
  }
  return parsed.value;
}

function splitList(text: string): string[] {
  const items = text.split(",").map((item) => item.trim());
  if (items.some((item) => item === "")) {
    throw new ConfigError("expected a list separated by commas");
  }
  return items;
}
