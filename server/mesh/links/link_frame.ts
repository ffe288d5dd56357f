/** What two nodes say to each other over a link, as JSON. Pure. */

import { LIMITS, parseRoomHash, type RoomHash } from "@sigmesh/core/wire";

/** A post on its way between nodes, with all that proves it. */
export interface RelayedPost {
  readonly room: RoomHash;
  /** The post: text, since that is what rooms carry. */
  readonly body: string;
  readonly stamp: string;
  /** Origin that the stamp was paid to. */
  readonly origin: string;
  /** Of that origin's node over the stamp's token, base64url; undefined when it cannot sign for the origin. */
  readonly signature: string | undefined;
}

/** One frame. */
export type LinkFrame =
  /** The first, both ways. */
  | {
    readonly type: "hello";
    readonly protocol: number;
    readonly version: string;
  }
  | {
    readonly type: "subscribe";
    readonly room: RoomHash;
    /** Whether it is for others' sake: by a home that nobody uses itself. */
    readonly relay: boolean;
  }
  | { readonly type: "unsubscribe"; readonly room: RoomHash }
  /** From a home that does not want the room any more. */
  | { readonly type: "leave"; readonly room: RoomHash }
  | { readonly type: "message" } & RelayedPost;

/** `unknown` is a type of a later version, to be ignored. */
export type FrameFault = "malformed" | "unknown";

const SIGNATURE = /^[\w-]{86}$/;
const ORIGIN = /^https?:\/\/[^\s/?#@]{1,255}$/;
const VERSION_CHARACTERS = 64;

/** Reads a frame; never throws. */
export function parseLinkFrame(
  text: string,
): { ok: true; value: LinkFrame } | { ok: false; reason: FrameFault } {
  const json = parseJson(text);
  if (json === undefined || typeof json.type !== "string") return MALFORMED;
  if (!Object.hasOwn(READERS, json.type)) return UNKNOWN;
  const value = READERS[json.type as LinkFrame["type"]](json);
  return value === undefined ? MALFORMED : { ok: true, value };
}

/** Frame as text. */
export function formatLinkFrame(frame: LinkFrame): string {
  return JSON.stringify(frame);
}

const MALFORMED = { ok: false, reason: "malformed" } as const;
const UNKNOWN = { ok: false, reason: "unknown" } as const;

type Fields = Readonly<Record<string, unknown>>;

const READERS: Record<
  LinkFrame["type"],
  (fields: Fields) => LinkFrame | undefined
> = {
  hello({ protocol, version }) {
    return Number.isSafeInteger(protocol) && typeof version === "string" &&
        version.length <= VERSION_CHARACTERS
      ? { type: "hello", protocol: protocol as number, version }
      : undefined;
  },
  subscribe({ relay = false, ...fields }) {
    const room = roomOf(fields);
    return room === undefined || typeof relay !== "boolean"
      ? undefined
      : { type: "subscribe", room, relay };
  },
  unsubscribe: (fields) => withRoom("unsubscribe", fields),
  leave: (fields) => withRoom("leave", fields),
  message({ body, stamp, origin, signature, ...fields }) {
    const room = roomOf(fields);
    return room !== undefined && isPost(body) && isText(stamp) &&
        isText(origin) && ORIGIN.test(origin) &&
        (signature === undefined ||
          isText(signature) && SIGNATURE.test(signature))
      ? { type: "message", room, body, stamp, origin, signature }
      : undefined;
  },
};

function withRoom(
  type: "unsubscribe" | "leave",
  fields: Fields,
): LinkFrame | undefined {
  const room = roomOf(fields);
  return room === undefined ? undefined : { type, room };
}

function roomOf({ room }: Fields): RoomHash | undefined {
  return isText(room) ? parseRoomHash(room) : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** As the endpoint takes it: no more than its bytes, nothing that an event stream cannot carry. */
function isPost(body: unknown): body is string {
  return isText(body) && body.length <= LIMITS.postBytes &&
    !/[\0\r]/.test(body) && body.isWellFormed() &&
    new TextEncoder().encode(body).length <= LIMITS.postBytes;
}

function parseJson(text: string): Fields | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null && !Array.isArray(json)
      ? json as Fields
      : undefined;
  } catch {
    return undefined;
  }
}
