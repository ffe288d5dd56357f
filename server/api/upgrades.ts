/** Upgrades of HTTP/1.1 to a link between nodes: which are let through, and how others are refused. */

import type { Buffer } from "node:buffer";
import type http from "node:http";
import type { Duplex } from "node:stream";
import { isLoopback } from "../address.ts";
import type { Denial } from "../denial.ts";
import { type Effort, EFFORT_US } from "../load/effort.ts";
import type { UnpaidBudget, UnpaidRefusal } from "../load/unpaid_budget.ts";
import type { Connection } from "./exchange.ts";
import { type HostRule, originOf } from "./host_rule.ts";
import { faultOfHead, toRequest } from "./incoming.ts";
import type { Refusal } from "./problem.ts";
import {
  createRefusalTotals,
  endWith,
  endWithRefusal,
  type RawRefusal,
} from "./raw_refusal.ts";
import { DENIED, wrongHost } from "./router.ts";

/** A request to speak another protocol on its connection from now on. */
export interface Upgrade {
  readonly request: http.IncomingMessage;
  readonly socket: Duplex;
  /** What came after the request. */
  readonly head: Buffer;
}

/** What is behind the upgrades that are let through. */
export interface LinkDoor {
  readonly path: string;
  hasPlaceFor(addressBlock: string): boolean;
  accept(upgrade: Upgrade, addressBlock: string): void;
}

/** A refusal of a link. */
interface LinkRefusal extends Refusal {
  readonly code: RawRefusal | UnpaidRefusal | "host-refused" | "denied";
}

/** Shared by all connections of a node. */
export class Upgrades {
  readonly #door: LinkDoor;
  readonly #hosts: HostRule;
  readonly #denial: Denial;
  readonly #unpaid: UnpaidBudget;
  readonly #effort: Effort;
  /** How many were refused so far, by problem code. */
  readonly refused: Record<LinkRefusal["code"], number> = {
    ...createRefusalTotals(),
    "host-refused": 0,
    "denied": 0,
    "too-many-requests": 0,
    "too-busy": 0,
  };

  constructor({ door, hosts, denial, unpaid, effort }: {
    door: LinkDoor;
    hosts: HostRule;
    denial: Denial;
    unpaid: UnpaidBudget;
    effort: Effort;
  }) {
    this.#door = door;
    this.#hosts = hosts;
    this.#denial = denial;
    this.#unpaid = unpaid;
    this.#effort = effort;
  }

  /** Any other upgrade is ignored: the request is answered as if it had not asked (RFC 9110, section 7.8). */
  takes({ url = "", headers }: http.IncomingMessage): boolean {
    const [path] = url.split("?", 1);
    return path === this.#door.path && isWebSocket(headers.upgrade);
  }

  /** Lets one through, or refuses it; true when it was let through. */
  handle(upgrade: Upgrade, connection: Connection): boolean {
    this.#effort.addUnpaid(EFFORT_US.request);
    const { request, socket } = upgrade;
    const fault = faultOfHead(request);
    if (fault !== undefined) {
      this.refused[fault]++;
      endWithRefusal(socket, fault);
      return false;
    }
    const refusal = this.#refusalOf(request, connection);
    if (refusal !== undefined) {
      this.refused[refusal.code]++;
      endWith(socket, refusal);
      return false;
    }
    this.#door.accept(upgrade, connection.addressBlocks[0]!);
    return true;
  }

  #refusalOf(
    request: http.IncomingMessage,
    connection: Connection,
  ): LinkRefusal | undefined {
    const asked = toRequest(request, new Uint8Array());
    if (asked === undefined || asked.method !== "GET") return NO_LINK;
    const { host } = asked.url;
    if (originOf(host, this.#hosts, connection) === undefined) {
      return wrongHost(host);
    }
    if (request.headers.origin !== undefined) return PAGE;
    const { addressBlocks, clientAddress } = connection;
    if (this.#denial.ofAddress(clientAddress)) return DENIED;
    const budget = { kind: "stream", cost: 1 } as const;
    const spent = this.#unpaid.take(addressBlocks, budget);
    if (spent !== undefined) return { code: spent, detail: LATER };
    // Behind a proxy that is not trusted, all nodes come from its address.
    return isLoopback(clientAddress) ||
        this.#door.hasPlaceFor(addressBlocks[0]!)
      ? undefined
      : CROWDED;
  }
}

const LATER = "This node is asked for more than is free; come back later.";

const NO_LINK: LinkRefusal = {
  code: "bad-request",
  detail: "This is no request for a link that this node can read.",
};

/** A browser sends it with every WebSocket and lets no page forge it. */
const PAGE: LinkRefusal = {
  code: "bad-request",
  detail: "Links are for nodes; a page opens an event stream on a room.",
};

const CROWDED: LinkRefusal = {
  code: "too-many-requests",
  detail: "Your address has as many links to this node as one may.",
};

function isWebSocket(upgrade: string | undefined): boolean {
  return upgrade?.toLowerCase() === "websocket";
}
