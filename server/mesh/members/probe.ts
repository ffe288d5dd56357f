/**
 * One look at what may be a node. Strangers choose what is looked at, so that a
 * probe must be worth nothing to them: a bounded GET of a fixed path, to no
 * address that only this machine can reach, and to one host seldom.
 */

import ipaddr from "ipaddr.js";
import { NODE_ORIGIN_HEADER } from "@sigmesh/core/wire";
import { addressBlockOf } from "../../address.ts";
import { classOf } from "../../address_class.ts";
import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import { VERSION } from "../../version.ts";
import {
  type AnswerFault,
  type NodeAnswer,
  parseHintAnswer,
  parseNodeAnswer,
  parseNodeList,
} from "./answers.ts";
import { offsetOf } from "./clock_offset.ts";
import { Locator } from "./locator.ts";
import type { HostHint } from "./member.ts";
import type { Network, NetworkFault, ProbeReply } from "./network.ts";

/** Why a probe found no node. */
export type ProbeFault =
  | AnswerFault
  | NetworkFault
  | "private-address"
  | "asked-lately";

/** What a probe finds, or why it finds nothing. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
    readonly ok: false;
    readonly reason: ProbeFault;
    /** For the log. */
    readonly detail: string;
  };

/** A node that answered. */
export interface Probed extends Omit<NodeAnswer, "timeMs"> {
  readonly origin: string;
  /** The one that was asked. */
  readonly address: string;
  readonly network: string;
  readonly roundTripMs: number;
  readonly clockOffsetMs: number;
}

/** Told of what a probe does, so that it can be rationed. */
export interface Ration {
  /** Whether a host may be asked; called once it is known which, before it is. */
  readonly mayAsk: (host: string) => boolean;
  /** Runs before each request. */
  readonly onRequest: () => void;
}

interface Target {
  readonly url: URL;
  readonly address: string;
}

const PROTOCOLS = ["http:", "https:"] as const;

/** Probes for one node. */
export class Prober {
  readonly #clock: Clock;
  readonly #network: Network;
  readonly #locator: Locator;
  readonly #allowPrivate: boolean;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #closing = new AbortController();

  constructor({ clock, network, allowPrivate, ownOrigin }: {
    clock: Clock;
    network: Network;
    allowPrivate: boolean;
    /** Told to the nodes that are probed, as a hint. */
    ownOrigin: string | null;
  }) {
    this.#clock = clock;
    this.#network = network;
    this.#locator = new Locator({ network, allowPrivate });
    this.#allowPrivate = allowPrivate;
    this.#headers = {
      accept: "application/json",
      "user-agent": `sigmesh/${VERSION}`,
      ...(ownOrigin === null ? {} : { [NODE_ORIGIN_HEADER]: ownOrigin }),
    };
  }

  /**
   * Which origin a host says it has: over http, else over TLS whose certificate
   * cannot be checked, since nobody said for whom it should be.
   */
  async readHint(
    { host, port }: HostHint,
    { mayAsk, onRequest }: Ration,
  ): Promise<Outcome<string>> {
    const located = this.#locator.check([host]);
    if (!located.ok) return located;
    const asked = this.hostOf(host, port);
    if (!mayAsk(asked)) return fail("asked-lately", asked);
    let last: Outcome<string> = fail("no-node", host);
    for (const protocol of PROTOCOLS) {
      onRequest();
      const url = new URL(`${protocol}//${host}:${port}/`);
      const reply = await this.#get({ url, address: host }, false);
      last = this.#originIn(reply);
      if (last.ok) return last;
    }
    return last;
  }

  /** What the node at an origin says of itself. */
  async ask(
    origin: string,
    { mayAsk, onRequest }: Ration,
  ): Promise<Outcome<Probed>> {
    const url = new URL(origin);
    const located = await this.#locator.locate(url.hostname);
    if (!located.ok) return located;
    const { address, network } = located.value;
    const host = this.hostOf(address, Number(url.port));
    if (!mayAsk(host)) return fail("asked-lately", host);
    onRequest();
    const sentAt = this.#clock.now();
    const reply = await this.#get({ url, address }, true);
    const receivedAt = this.#clock.now();
    const body = bodyOf(reply);
    if (!body.ok) return body;
    const answer = parseNodeAnswer(body.value, origin);
    if (!answer.ok) return fail(answer.reason, `answer of ${origin}`);
    const { key, height, timeMs } = answer.value;
    return {
      ok: true,
      value: {
        ...{ origin, address, key, height },
        network: network ?? origin,
        roundTripMs: receivedAt - sentAt,
        clockOffsetMs: offsetOf(timeMs, (sentAt + receivedAt) / 2),
      },
    };
  }

  /** The nodes that one which has just answered knows. */
  async readList({ origin, address }: Probed): Promise<readonly string[]> {
    const url = new URL("/nodes", origin);
    const body = bodyOf(await this.#get({ url, address }, true));
    const most = SERVER_LIMITS.listedNodes;
    return body.ok ? parseNodeList(body.value, { most }) : [];
  }

  /** By what a host is known that must not be asked often: who has it may have all of its ports and names. */
  hostOf(address: string, port: number): string {
    return classOf(ipaddr.parse(address)) === "public"
      ? addressBlockOf(address)
      : `${address} ${port}`;
  }

  /** Gives up what is under way. */
  close(): void {
    this.#closing.abort();
  }

  #get({ url, address }: Target, isVerified: boolean): Promise<ProbeReply> {
    const { signal } = this.#closing;
    const headers = this.#headers;
    return this.#network.get({ url, address, isVerified, headers, signal });
  }

  #originIn(reply: ProbeReply): Outcome<string> {
    const body = bodyOf(reply);
    if (!body.ok) return body;
    const allowPrivate = this.#allowPrivate;
    const origin = parseHintAnswer(body.value, { allowPrivate });
    return origin === undefined
      ? fail("no-node", "it names no origin")
      : { ok: true, value: origin };
  }
}

/** Whether an address of a block has a host, as {@linkcode Prober.hostOf} names it. */
export function isHostIn(host: string, addressBlock?: string): boolean {
  return host.split(" ")[0] === addressBlock;
}

function bodyOf(reply: ProbeReply): Outcome<Uint8Array> {
  if (!reply.ok) return reply;
  return reply.status === 200
    ? { ok: true, value: reply.body }
    : fail("no-node", `it answered with status ${reply.status}`);
}

function fail(reason: ProbeFault, detail: string): Outcome<never> {
  return { ok: false, reason, detail };
}
