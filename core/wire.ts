/**
 * What node and client say to each other over HTTP: paths, limits, messages
 * and problem codes. Both ends take them from here.
 *
 * @module
 */

import {
  hasFields,
  isAbsent,
  isAbsentOr,
  isCount,
  isHeight,
  isNumbers,
  isShare,
  isString,
  isStringOrNull,
  isStrings,
  isToken,
} from "./fields.ts";

export {
  isProblemOfNode,
  parseProblem,
  type Problem,
  type ProblemCode,
  problemCodeOf,
  problemType,
} from "./problem.ts";

/** Protocol version, in `GET /` and in every hashed prefix. */
export const PROTOCOL = 1;

/** Limits that both ends keep to. */
export const LIMITS = {
  /** Bytes of a post. */
  postBytes: 1024,
  /** Seconds for which a token is honoured. */
  tokenLifetimeSeconds: 120,
  /** Seconds by which a token may come from the future. */
  clockSkewSeconds: 5,
  /** Seconds for which a room keeps its messages. */
  historySeconds: 60,
  /** Messages that a room keeps. */
  historyMessages: 256,
  /** Seconds between two heartbeats (`quote` events) of a stream, at most. */
  heartbeatSeconds: 15,
  /** Seconds for which a TURN credential is good; paying again renews it. */
  turnCredentialSeconds: 600,
} as const;

/** Names of the server-sent events; a message is a plain event, without a name. */
export const EVENTS = {
  /** Data: {@linkcode Quote}. On connect, then as heartbeat, sooner when the price moves. */
  quote: "quote",
  /** Messages that were asked for are gone. */
  resync: "resync",
  /** Data: {@linkcode Problem}. The node takes no further stream; come back after `retry`. */
  overloaded: "overloaded",
  /** The node shuts down; go to another one, or come back after `retry`. */
  closing: "closing",
} as const;

/** The fixed paths of a node. */
export const PATHS = {
  home: "/",
  nodes: "/nodes",
  ip: "/ip",
  health: "/health",
  metrics: "/metrics",
  token: "/token",
} as const;

/** Header by which a node that asks another says where it is itself: a hint, no more. */
export const NODE_ORIGIN_HEADER = "sigmesh-origin";

/** The name of a room: 40 or 64 lower-case hex digits. */
export type RoomHash = string & { readonly __brand: "RoomHash" };

/** Reads a room's name. */
export function parseRoomHash(text: string): RoomHash | undefined {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
    ? text as RoomHash
    : undefined;
}

/** Path of a room. */
export function roomPath(room: RoomHash): string {
  return `/room/${room}`;
}

/** What a client needs in order to pay. */
export interface Quote {
  /** To be hashed into the challenge. */
  readonly token: string;
  /** The whole that is owed, in bits: weight and surcharge included. */
  readonly height: number;
}

/** Answer of `GET /`. */
export interface NodeFacts extends Quote {
  /** `sigmesh`. */
  readonly name: string;
  /** Version of the node's software. */
  readonly version: string;
  /** {@linkcode PROTOCOL}. */
  readonly protocol: number;
  /** Seconds for which the token is honoured. */
  readonly lifetime: number;
  /** Price of each endpoint, relative to a post. */
  readonly weights: Readonly<Record<string, number>>;
  /** Bounds that concern a client. */
  readonly limits: Readonly<Record<string, number>>;
  /** Smoothed, 0..1; the larger one sets the price. */
  readonly load: { readonly cpu: number; readonly memory: number };
  /** Public origin, or null for a node that has none. */
  readonly url: string | null;
  /** Ed25519 public key by which other nodes know this one, or null outside a mesh. */
  readonly key: string | null;
  /** Other nodes that this one knows. */
  readonly nodes: number;
  /** STUN servers of this node, as `stun:` URLs. */
  readonly stun: readonly string[];
  /** Its UDP port in the BitTorrent DHT, and how many it knows there; null on a node without. */
  readonly dht?: { readonly port: number; readonly contacts: number } | null;
  /** How to reach the operator. */
  readonly contact: string | null;
  /** Where the terms of use are. */
  readonly terms: string | null;
}

/** A node in the answer of `GET /nodes?detail=1`. */
export interface NodeDetail {
  /** Its origin. */
  readonly url: string;
  /** As in {@linkcode NodeFacts}. */
  readonly key: string;
  /** Price of a post when it was last asked, in bits. */
  readonly height: number;
  /** Milliseconds from this node to it and back, connecting included. */
  readonly roundTrip: number;
  /** Seconds since it last answered. */
  readonly age: number;
  /** Whether this node has a link to it. */
  readonly linked: boolean;
}

/** Answer of `GET /ip`. */
export interface IpFacts {
  /** Address from which the request came. */
  readonly ip: string;
  /** IPv4 or IPv6. */
  readonly family: 4 | 6;
}

/** Answer of `GET /room/HASH` as JSON. */
export interface RoomFacts extends Quote {
  /** The room's name. */
  readonly room: string;
  /** Open streams on this node. */
  readonly subscribers: number;
  /** Messages of the last 60 seconds. */
  readonly messages: number;
}

/** Answer of `POST /room/HASH`. */
export interface Posted extends Quote {
  /** The message's id, the same on every node. */
  readonly id: string;
  /** Streams of this node that the post was handed to. */
  readonly subscribers: number;
}

/** Body of `POST /token`: a credential that is to live on. An empty body asks for a new one. */
export type TurnRequest =
  | { readonly renew?: undefined; readonly credential?: undefined }
  | {
    /** Its username. */
    readonly renew: string;
    /** Its password. */
    readonly credential: string;
  };

/** Answer of `POST /token`. With `urls`, `username` and `credential` it is an RTCIceServer. */
export interface TurnGrant extends Quote {
  /** `turn:` and `turns:` URLs. */
  readonly urls: readonly string[];
  /** Begins with the credential's end, Unix seconds, where it was not renewed. */
  readonly username: string;
  /** Its password. */
  readonly credential: string;
  /** Seconds for which it is good. */
  readonly ttl: number;
}

/** Value of `WWW-Authenticate` with a 401. */
export function formatPowChallenge({ token, height }: Quote): string {
  return `PoW token="${token}", height="${height}"`;
}

/** Reads {@linkcode Quote} from JSON. Undefined when it is none. */
export function parseQuote(value: unknown): Quote | undefined {
  return isQuote(value) ? value : undefined;
}

/** Reads {@linkcode NodeFacts} from JSON. Undefined when it is none. */
export function parseNodeFacts(value: unknown): NodeFacts | undefined {
  return isQuote(value) && hasFields(value, {
      name: isString,
      version: isString,
      protocol: isCount,
      lifetime: isCount,
      weights: isNumbers,
      limits: isNumbers,
      load: (load) => hasFields(load, { cpu: isShare, memory: isShare }),
      url: isStringOrNull,
      key: isStringOrNull,
      nodes: isCount,
      stun: (urls) =>
        isStrings(urls) && urls.every((url) => STUN_URL.test(url)),
      dht: isAbsentOr((dht) =>
        dht === null || hasFields(dht, { port: isCount, contacts: isCount })
      ),
      contact: isStringOrNull,
      terms: isStringOrNull,
    })
    ? value as unknown as NodeFacts
    : undefined;
}

/** Reads {@linkcode IpFacts} from JSON. Undefined when it is none. */
export function parseIpFacts(value: unknown): IpFacts | undefined {
  return hasFields(value, { ip: isString, family: (f) => f === 4 || f === 6 })
    ? value as unknown as IpFacts
    : undefined;
}

/** Reads the answer of `GET /nodes`: origins. Undefined when it is none. */
export function parseNodes(value: unknown): readonly string[] | undefined {
  return isStrings(value) ? value : undefined;
}

/** Reads {@linkcode RoomFacts} from JSON. Undefined when it is none. */
export function parseRoomFacts(value: unknown): RoomFacts | undefined {
  return isQuote(value) &&
      hasFields(value, {
        room: isString,
        subscribers: isCount,
        messages: isCount,
      })
    ? value as unknown as RoomFacts
    : undefined;
}

/** Reads {@linkcode Posted} from JSON. Undefined when it is none. */
export function parsePosted(value: unknown): Posted | undefined {
  return isQuote(value) &&
      hasFields(value, { id: isString, subscribers: isCount })
    ? value as unknown as Posted
    : undefined;
}

/** Reads {@linkcode TurnRequest} from JSON. Undefined when it is none. */
export function parseTurnRequest(value: unknown): TurnRequest | undefined {
  if (Array.isArray(value)) return undefined;
  const isNew = hasFields(value, { renew: isAbsent, credential: isAbsent });
  return isNew || hasFields(value, { renew: isString, credential: isString })
    ? value as TurnRequest
    : undefined;
}

/** Reads {@linkcode TurnGrant} from JSON. Undefined when it is none. */
export function parseTurnGrant(value: unknown): TurnGrant | undefined {
  return isQuote(value) && hasFields(value, {
      urls: (urls) =>
        isStrings(urls) && urls.every((url) => TURN_URL.test(url)),
      username: isString,
      credential: isString,
      ttl: isCount,
    })
    ? value as unknown as TurnGrant
    : undefined;
}

function isQuote(value: unknown): value is Quote & Record<string, unknown> {
  return hasFields(value, { token: isToken, height: isHeight });
}

/** An RTCPeerConnection throws at any other. */
const TURN_URL = /^turns?:[^\s/?#@]+(\?transport=(udp|tcp))?$/;
const STUN_URL = /^stuns?:[^\s/?#@]+$/;
