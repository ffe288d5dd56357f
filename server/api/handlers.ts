/** The endpoints that tell of the node: from a request to an answer, without a socket. */

import { WEIGHTS } from "@sigmesh/core";
import {
  LIMITS,
  NODE_ORIGIN_HEADER,
  type NodeFacts,
  PROTOCOL,
} from "@sigmesh/core/wire";
import type { Admission } from "../admission/admission.ts";
import type { Config } from "../config.ts";
import type { LoadHistory } from "../load/load_history.ts";
import type { Price } from "../load/load_sampler.ts";
import type { Dht } from "../mesh/dht/dht.ts";
import type { MeshOffer } from "../mesh/members/mesh_offer.ts";
import type { Metrics } from "../metrics.ts";
import type { RoomRegistry } from "../rooms/room_registry.ts";
import { familyOf } from "../address.ts";
import type { TurnOffer } from "../turn/turn_offer.ts";
import { VERSION } from "../version.ts";
import type { Call } from "./call.ts";
import { Reply } from "./exchange.ts";
import { refuse, respond } from "./negotiation.ts";
import { nodesPage } from "./views/nodes_page.tsx";
import * as pages from "./views/pages.tsx";
import { statusPage } from "./views/status_page.tsx";

/** What the endpoints work with. */
export interface Services {
  readonly config: Config;
  readonly admission: Admission;
  readonly rooms: RoomRegistry;
  readonly price: Price;
  readonly metrics: Metrics;
  readonly history: LoadHistory;
  /** Null on a node without TURN. */
  readonly turn: TurnOffer | null;
  /** Null on a node without the DHT. */
  readonly dht: Dht | null;
  /** Null on a node without other nodes. */
  readonly mesh: MeshOffer | null;
  readonly uptimeMs: () => number;
  /** Why this node cannot serve, or undefined when it can. */
  readonly unhealthy: () => string | undefined;
}

/** Handlers that share one node's services. */
export class Handlers {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  home({ request, origin, connection }: Call): Reply {
    const { config, rooms, history, turn, dht, mesh, uptimeMs, unhealthy } =
      this.#services;
    const visitor = request.headers.get(NODE_ORIGIN_HEADER);
    if (visitor !== null) {
      mesh?.hearVisitor(visitor, connection.addressBlocks[0]!);
    }
    const facts = this.#nodeFacts(origin);
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
          turn,
          dhtContacts: dht?.contacts ?? null,
          mesh,
          history: history.points(),
          freshRoom: crypto.getRandomValues(new Uint8Array(20)).toHex(),
        }),
    );
  }

  nodes({ request }: Call): Reply {
    const { searchParams } = request.url;
    const only = searchParams.get("url") ?? undefined;
    const nodes = this.#services.mesh?.listed(only) ?? [];
    const isDetailed = searchParams.get("detail") === "1";
    const facts = isDetailed ? nodes : nodes.map(({ url }) => url);
    return respond(request, facts, () => nodesPage(nodes));
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

  #nodeFacts(origin: string): NodeFacts {
    const { config, admission, price, turn, dht, mesh } = this.#services;
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
      key: mesh?.key ?? null,
      nodes: mesh?.size ?? 0,
      stun: turn?.urlsAt(origin).stun ?? [],
      dht: dht && { port: dht.endpoint.port, contacts: dht.contacts },
      contact: config.contact,
      terms: config.terms,
    };
  }
}

function roundShare(share: number): number {
  return Math.round(share * 1000) / 1000;
}
