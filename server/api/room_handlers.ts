/** The endpoints of a room: reading, listening, posting. */

import type { PricedRequest } from "@sigmesh/core";
import {
  LIMITS,
  parseRoomHash,
  type Quote,
  type RoomHash,
} from "@sigmesh/core/wire";
import type { Admission } from "../admission/admission.ts";
import type { Denial } from "../denial.ts";
import type { UnpaidBudget } from "../load/unpaid_budget.ts";
import type { ReplayRequest } from "../rooms/history.ts";
import type { RoomRefusal, RoomRegistry } from "../rooms/room_registry.ts";
import { admit, type Call, TOO_LARGE } from "./call.ts";
import {
  type Answer,
  type ApiRequest,
  EventStream,
  type Reply,
} from "./exchange.ts";
import { refuse, respond, wantsEventStream } from "./negotiation.ts";
import type { Refusal } from "./problem.ts";
import {
  overloaded,
  overloadedEvent,
  RETRY_AFTER_SECONDS,
  STREAM_HEADERS,
} from "./rationing.ts";
import { postedPage } from "./views/pages.tsx";
import { roomPage } from "./views/room_page.tsx";

/** What these endpoints work with. */
export interface RoomServices {
  readonly admission: Admission;
  readonly rooms: RoomRegistry;
  /** What is free. */
  readonly unpaid: UnpaidBudget;
  readonly denial: Denial;
}

/** Being told so much of what was said before counts as another free request. */
const REPLAY_BYTES = 64 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Handlers that share one node's rooms. */
export class RoomHandlers {
  readonly #admission: Admission;
  readonly #rooms: RoomRegistry;
  readonly #unpaid: UnpaidBudget;
  readonly #denial: Denial;

  constructor({ admission, rooms, unpaid, denial }: RoomServices) {
    this.#denial = denial;
    this.#admission = admission;
    this.#rooms = rooms;
    this.#unpaid = unpaid;
  }

  /** Whether such a request is free only without a stamp. */
  takesStamp(request: ApiRequest): boolean {
    return request.method === "POST" || isStreamRequest(request);
  }

  /** What opens a stream where free ones are refused. */
  quoteOfStream(request: ApiRequest): Quote | undefined {
    return isStreamRequest(request)
      ? this.#admission.quote(this.#pricedStream(1))
      : undefined;
  }

  /** At least so much, relative to a post. */
  #pricedStream(leastWeight: number): PricedRequest {
    const weight = Math.max(this.#rooms.streamWeight, leastWeight);
    return { weight, messages: 0, subscribers: 0 };
  }

  read(call: Call): Answer {
    const { request } = call;
    const { url } = request;
    const hash = roomOf(url);
    if (hash === undefined) return refuse(request, badRoom(url));
    if (this.#denial.ofRoom(hash)) return refuse(request, DENIED_ROOM);
    if (wantsEventStream(request.headers)) {
      return this.#openStream(call, hash);
    }
    const [admission, rooms] = [this.#admission, this.#rooms];
    const quote = admission.quote(rooms.pricedPost(hash));
    const facts = { room: hash, ...rooms.factsOf(hash), ...quote };
    return respond(
      request,
      facts,
      () => roomPage(facts, call.origin + url.pathname),
    );
  }

  post(call: Call): Reply {
    const { request } = call;
    const { url } = request;
    const [admission, rooms] = [this.#admission, this.#rooms];
    const hash = roomOf(url);
    if (hash === undefined) return refuse(request, badRoom(url));
    if (this.#denial.ofRoom(hash)) return refuse(request, DENIED_ROOM);
    const { body } = request;
    if (body.length > LIMITS.postBytes) return refuse(request, TOO_LARGE);
    const fault = faultOf(body);
    if (fault !== undefined) return refuse(request, fault);
    const full = rooms.refusalOfPost(hash);
    if (full !== undefined) return refuse(request, roomRefusal(full));
    const priced = rooms.pricedPost(hash);
    const paid = admit(admission, { call, due: priced, priced });
    if (!paid.ok) return refuse(request, paid.refusal);
    const { origin, payment } = call;
    const stamp = payment.stamp!;
    const subscribers = rooms.post(hash, { id: paid.id, body, stamp, origin });
    const next = admission.quote(rooms.pricedPost(hash));
    const posted = { id: paid.id, subscribers, ...next };
    return respond(request, posted, () => postedPage(posted), 202);
  }

  #openStream(call: Call, hash: RoomHash): Answer {
    const { request, connection } = call;
    const rooms = this.#rooms;
    const replay = replayOf(request);
    if (!replay.ok) return refuse(request, replay.refusal);
    const addressBlock = connection.addressBlocks[0]!;
    const full = rooms.refusalOfStream(hash, addressBlock);
    if (full !== undefined) {
      rooms.countRefused(full);
      return overloaded(roomRefusal(full));
    }
    const priced = this.#pricedStream(call.payment.stamp === undefined ? 0 : 1);
    if (priced.weight > 0) {
      // Half of it is enough: slots fill while clients mine for what they were quoted.
      const due = { ...priced, weight: priced.weight / 2 };
      const paid = admit(this.#admission, { call, due, priced });
      if (!paid.ok) return overloaded(paid.refusal);
    }
    return new EventStream(STREAM_HEADERS, (sink) => {
      // Asked again: of many that arrived at once, others have opened meanwhile.
      const full = rooms.refusalOfStream(hash, addressBlock);
      if (full === undefined) {
        const stream = { sink, addressBlock, replay: replay.value };
        const replayedBytes = rooms.subscribe(hash, stream);
        if (!call.payment.isAccepted) {
          const cost = replayedBytes / REPLAY_BYTES;
          this.#unpaid.charge(connection.addressBlocks, cost);
        }
        return;
      }
      rooms.countRefused(full);
      sink.write(overloadedEvent(roomRefusal(full)));
      sink.end();
    });
  }
}

function isStreamRequest({ method, headers, url }: ApiRequest): boolean {
  return method === "GET" && url.pathname.startsWith("/room/") &&
    wantsEventStream(headers);
}

function roomOf(url: URL): RoomHash | undefined {
  return parseRoomHash(url.pathname.slice("/room/".length));
}

function badRoom(url: URL): Refusal {
  const { length } = url.pathname.slice("/room/".length);
  return {
    code: "bad-room",
    detail: "HASH in /room/HASH must be 40 or 64 lower-case hex digits, got " +
      `${length} characters.`,
  };
}

const DENIED_ROOM: Refusal = {
  code: "room-denied",
  detail: "This node's operator does not carry this room; use another node.",
};

const ROOM_REFUSALS: Record<RoomRefusal, string> = {
  "too-many-rooms": "This node holds as many rooms as it can; use another one.",
  "too-many-subscribers":
    "This node holds as many streams as it can; use another one.",
  "too-many-subscribers-per-address":
    "Your address holds as many streams as one may; close some first.",
  "shutting-down": "This node is shutting down; use another one.",
};

function roomRefusal(code: RoomRefusal): Refusal {
  return {
    code,
    detail: ROOM_REFUSALS[code],
    headers: { "retry-after": `${RETRY_AFTER_SECONDS}` },
  };
}

/** Why a body cannot be posted. */
function faultOf(body: Uint8Array): Refusal | undefined {
  for (const [name, byte] of [["CR", 0x0d], ["NUL", 0]] as const) {
    const at = body.indexOf(byte);
    if (at < 0) continue;
    return {
      code: "post-has-control",
      detail:
        `Byte ${at} of the post is ${name}, which an event stream cannot ` +
        "carry; end lines with LF, encode binary data as text.",
    };
  }
  try {
    utf8.decode(body);
    return undefined;
  } catch {
    return {
      code: "post-not-utf8",
      detail: "The post is not UTF-8; encode binary data as text.",
    };
  }
}

/** What a new stream asks to be told again. */
function replayOf({ headers, url }: ApiRequest):
  | { ok: true; value: ReplayRequest | undefined }
  | { ok: false; refusal: Refusal } {
  const afterId = headers.get("last-event-id") ||
    url.searchParams.get("last_event_id");
  if (afterId) return { ok: true, value: { afterId } };
  const since = url.searchParams.get("since");
  if (since === null) return { ok: true, value: undefined };
  const sinceSeconds = Number(since);
  if (
    !/^\d+(\.\d+)?$/.test(since) || sinceSeconds > LIMITS.historySeconds
  ) {
    return {
      ok: false,
      refusal: {
        code: "bad-field",
        detail: `?since= takes 0 to ${LIMITS.historySeconds} seconds.`,
      },
    };
  }
  return { ok: true, value: { sinceSeconds } };
}
