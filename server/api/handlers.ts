/** The endpoints: from a request to an answer, without a socket. */

import { type PricedRequest, WEIGHTS } from "@sigmesh/core";
import {
  LIMITS,
  type NodeFacts,
  parseRoomHash,
  PROTOCOL,
  type RoomHash,
} from "@sigmesh/core/wire";
import type { Admission } from "../admission/admission.ts";
import type { Config } from "../config.ts";
import type { LoadHistory } from "../load/load_history.ts";
import type { Price } from "../load/load_sampler.ts";
import type { Metrics } from "../metrics.ts";
import type { ReplayRequest } from "../rooms/history.ts";
import type { RoomRefusal, RoomRegistry } from "../rooms/room_registry.ts";
import { familyOf } from "../address.ts";
import { VERSION } from "../version.ts";
import {
  type Answer,
  type ApiRequest,
  type Connection,
  EventStream,
  Reply,
} from "./exchange.ts";
import { refuse, respond, wantsEventStream } from "./negotiation.ts";
import { type Refusal, withQuote } from "./problem.ts";
import {
  overloaded,
  overloadedEvent,
  RETRY_AFTER_SECONDS,
  STREAM_HEADERS,
} from "./rationing.ts";
import * as pages from "./views/pages.tsx";
import { roomPage } from "./views/room_page.tsx";
import { statusPage } from "./views/status_page.tsx";

/** A request that passed the Host rule. */
export interface Call {
  readonly request: ApiRequest;
  /** As the client dialled it. */
  readonly origin: string;
  readonly connection: Connection;
  readonly payment: Payment;
}

/** What a request brings to pay with, and whether it was enough. */
export interface Payment {
  /** As sent, or undefined when none was. */
  readonly stamp: string | undefined;
  isAccepted: boolean;
}

/** What the endpoints work with. */
export interface Services {
  readonly config: Config;
  readonly admission: Admission;
  readonly rooms: RoomRegistry;
  readonly price: Price;
  readonly metrics: Metrics;
  readonly history: LoadHistory;
  readonly uptimeMs: () => number;
  /** Why this node cannot serve, or undefined when it can. */
  readonly unhealthy: () => string | undefined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Handlers that share one node's services. */
export class Handlers {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Whether such a request is free only without a stamp. */
  takesStamp({ method, headers }: ApiRequest): boolean {
    return method === "POST" ||
      (wantsEventStream(headers) && this.#services.rooms.streamWeight > 0);
  }

  home({ request, origin }: Call): Reply {
    const { config, rooms, history, uptimeMs, unhealthy } = this.#services;
    const facts = this.#nodeFacts();
    return respond(
      request,
      facts,
      () =>
        statusPage(facts, {
          origin,
          unhealthy: unhealthy(),
          uptimeMs: uptimeMs(),
          idleWork: config.curve.idleWork,
          rooms: rooms.size,
          subscribers: rooms.subscribers,
          history: history.points(),
          freshRoom: crypto.getRandomValues(new Uint8Array(20)).toHex(),
        }),
    );
  }

  nodes({ request }: Call): Reply {
    const nodes: string[] = []; // alone: there is no mesh to know others by
    return respond(request, nodes, () => pages.nodesPage(nodes));
  }

  ip({ request, connection }: Call): Reply {
    const ip = connection.clientAddress;
    const facts = { ip, family: familyOf(ip) };
    return respond(request, facts, () => pages.ipPage(facts));
  }

  health({ request }: Call): Reply {
    const reason = this.#services.unhealthy();
    return reason === undefined
      ? respond(request, { status: "ok" }, pages.healthPage)
      : refuse(request, { code: "shutting-down", detail: reason });
  }

  /** For monitoring, which has a format of its own: not negotiated. */
  async metrics(): Promise<Reply> {
    const { metrics } = this.#services;
    const headers = {
      "content-type": metrics.contentType,
      "cache-control": "no-store",
    };
    return new Reply(200, headers, await metrics.format());
  }

  readRoom(call: Call): Answer {
    const { request } = call;
    const { url } = request;
    const hash = roomOf(url);
    if (hash === undefined) return refuse(request, badRoom(url));
    if (wantsEventStream(request.headers)) {
      return this.#openStream(call, hash);
    }
    const { admission, rooms } = this.#services;
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
    const { admission, rooms } = this.#services;
    const hash = roomOf(url);
    if (hash === undefined) return refuse(request, badRoom(url));
    const { body } = request;
    if (body.length > LIMITS.postBytes) return refuse(request, TOO_LARGE);
    const fault = faultOf(body);
    if (fault !== undefined) return refuse(request, fault);
    const full = rooms.refusalOfPost(hash);
    if (full !== undefined) return refuse(request, roomRefusal(full));
    const priced = rooms.pricedPost(hash);
    const paid = this.#admit(call, { priced, body });
    if (!paid.ok) return refuse(request, paid.refusal);
    const subscribers = rooms.post(hash, paid.id, body);
    const next = admission.quote(rooms.pricedPost(hash));
    const posted = { id: paid.id, subscribers, ...next };
    return respond(request, posted, () => pages.postedPage(posted), 202);
  }

  /** Spends the request's stamp; the refusal has all that is needed to pay. */
  #admit(
    { request, origin, payment }: Call,
    { priced, body }: { priced: PricedRequest; body: Uint8Array },
  ): { ok: true; id: string } | { ok: false; refusal: Refusal } {
    const { admission } = this.#services;
    const verdict = admission.admit({
      ...priced,
      stamp: payment.stamp,
      method: request.method,
      url: origin + request.url.pathname,
      body,
    });
    if (verdict.ok) {
      payment.isAccepted = true;
      return verdict;
    }
    const { reason: code, detail, extras = {} } = verdict;
    const quote = admission.quote(priced);
    return { ok: false, refusal: withQuote({ code, detail, extras }, quote) };
  }

  #openStream(call: Call, hash: RoomHash): Answer {
    const { request, connection } = call;
    const { rooms } = this.#services;
    const replay = replayOf(request);
    if (!replay.ok) return refuse(request, replay.refusal);
    const addressBlock = connection.addressBlocks[0]!;
    const full = rooms.refusalOfStream(hash, addressBlock);
    if (full !== undefined) {
      rooms.countRefused(full);
      return overloaded(roomRefusal(full));
    }
    const weight = rooms.streamWeight;
    if (weight > 0) {
      const priced = { weight, messages: 0, subscribers: 0 };
      const paid = this.#admit(call, { priced, body: new Uint8Array() });
      if (!paid.ok) return overloaded(paid.refusal);
    }
    return new EventStream(STREAM_HEADERS, (sink) => {
      // Asked again: of many that arrived at once, others have opened meanwhile.
      const full = rooms.refusalOfStream(hash, addressBlock);
      if (full === undefined) {
        rooms.subscribe(hash, { sink, addressBlock, replay: replay.value });
        return;
      }
      rooms.countRefused(full);
      sink.write(overloadedEvent(roomRefusal(full)));
      sink.end();
    });
  }

  #nodeFacts(): NodeFacts {
    const { config, admission, price } = this.#services;
    const alone = { weight: 1, messages: 0, subscribers: 0 };
    const { cpu, memory } = price.load;
    return {
      name: "sigmesh",
      version: VERSION,
      protocol: PROTOCOL,
      ...admission.quote(alone),
      lifetime: LIMITS.tokenLifetimeSeconds,
      weights: WEIGHTS,
      limits: {
        postBytes: LIMITS.postBytes,
        historySeconds: LIMITS.historySeconds,
        historyMessages: LIMITS.historyMessages,
        subscribers: config.maxSubscribers,
        subscribersPerAddress: config.maxSubscribersPerIp,
        unpaidPerSecond: config.maxUnpaid,
        unpaidPerSecondPerAddress: config.maxUnpaidPerIp,
      },
      load: { cpu: roundShare(cpu), memory: roundShare(memory) },
      url: config.publicUrl,
      key: null,
      nodes: 0,
      stun: [],
      contact: config.contact,
      terms: config.terms,
    };
  }
}

function roundShare(share: number): number {
  return Math.round(share * 1000) / 1000;
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

const TOO_LARGE: Refusal = {
  code: "body-too-large",
  detail: `A post has at most ${LIMITS.postBytes} bytes.`,
};

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

/** The stamp of the Authorization header, else of `?pow=`. */
export function stampOf({ headers, url }: ApiRequest): string | undefined {
  const authorization = headers.get("authorization") ?? "";
  const [, stamp] = /^pow +(.*)$/i.exec(authorization) ?? [];
  return stamp ?? url.searchParams.get("pow") ?? undefined;
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
