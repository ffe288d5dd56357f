/**
 * A node in simulated time: the real API, admission, rooms and price, on a
 * thread that takes as long for each request as it is told to.
 */

import { parseRoomHash } from "@sigmesh/core/wire";
import type { Answer, Connection } from "../../server/api/exchange.ts";
import { EventStream, Held, Reply } from "../../server/api/exchange.ts";
import { addressBlocksOf } from "../../server/address.ts";
import { type Config, DEFAULT_CONFIG } from "../../server/config.ts";
import { SERVER_LIMITS } from "../../server/limits.ts";
import { EFFORT_US } from "../../server/load/effort.ts";
import type { Readings } from "../../server/load/gauges.ts";
import { buildNode, type NodeParts } from "../../server/node.ts";
import type { TurnServer } from "../../server/turn/turn_server.ts";
import { verifyByChance } from "./chance.ts";
import type { Timeline } from "./timeline.ts";

/** The origin that everybody dials. */
export const ORIGIN = "http://localhost:8000";
/** One way. */
const LATENCY_MS = 25;
const PROCESSORS = 2;
/** Requests served before the queue's array is cut. */
const COMPACTED_AFTER = 1024;
const MEBIBYTE = 2 ** 20;
/** What the process takes before anybody comes. */
const REST_BYTES = 120 * MEBIBYTE;

/** A request as a client makes it. */
export interface Ask {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly address: string;
  /** Gets the answer when it has arrived; opens a stream if it is one. */
  readonly onAnswer: (answer: Reply | EventStream) => void | Promise<void>;
}

const POST_EFFORT = EFFORT_US.request + EFFORT_US.stamp;
const NOTHING = new Uint8Array();

/** Requests are served one by one, in the order in which they arrive. */
export class SimulatedNode {
  readonly parts: NodeParts;
  readonly #timeline: Timeline;
  readonly #msPerEffort: number;
  readonly #load: { threadMs: number };
  readonly #waiting: Ask[] = [];
  /** Those before this one have been served. */
  #next = 0;
  #isServing = false;

  private constructor(
    timeline: Timeline,
    { parts, msPerEffort, load }: {
      parts: NodeParts;
      msPerEffort: number;
      load: { threadMs: number };
    },
  ) {
    this.#timeline = timeline;
    this.parts = parts;
    this.#msPerEffort = msPerEffort;
    this.#load = load;
  }

  /** A node that can serve so many posts a second when it does nothing else. */
  static async create(
    timeline: Timeline,
    { postsPerSecond, random, turn, config = {} }: {
      postsPerSecond: number;
      random: () => number;
      turn: TurnServer;
      config?: Partial<Config>;
    },
  ): Promise<SimulatedNode> {
    const load = { threadMs: 0, heldBytes: () => 0 };
    const readings = (): Readings => ({
      hostBusyMs: load.threadMs,
      hostTotalMs: timeline.nowMs * PROCESSORS,
      threadMs: load.threadMs,
      rssBytes: REST_BYTES + load.heldBytes(),
      hostMemoryUsed: 0,
    });
    const { clock } = timeline;
    const parts = await buildNode(
      { ...DEFAULT_CONFIG, dht: { kind: "none" }, mesh: false, ...config },
      {
        clock,
        readings,
        random,
        verifyWork: verifyByChance,
        startTurn: () => Promise.resolve(turn),
        onFault(fault) {
          throw fault;
        },
      },
    );
    load.heldBytes = () => parts.rooms.held.bytes;
    await parts.turn?.start(null);
    parts.start();
    const msPerEffort = 1000 / postsPerSecond / POST_EFFORT;
    return new SimulatedNode(timeline, { parts, msPerEffort, load });
  }

  /** Processor time of the thread so far. */
  get threadMs(): number {
    return this.#load.threadMs;
  }

  /** Sends a request to the node. */
  send(ask: Ask): void {
    this.#timeline.after(LATENCY_MS, () => {
      this.#waiting.push(ask);
      if (!this.#isServing) return this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    const ask = this.#waiting[this.#next++]!;
    if (this.#next === COMPACTED_AFTER) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
    const answer = await this.#answer(ask);
    const ms = this.#effortOf(ask, answer) * this.#msPerEffort;
    this.#timeline.after(ms, () => {
      this.#load.threadMs += ms;
      this.#deliver(ask, answer);
      if (this.#next < this.#waiting.length) return this.#serve();
      this.#isServing = false;
    });
  }

  #answer(
    { method, path, headers = {}, body = NOTHING, address }: Ask,
  ): Promise<Answer> {
    return this.parts.api({
      method,
      url: new URL(ORIGIN + path),
      headers: { get: (name) => headers[name] ?? null },
      body,
    }, connectionFrom(address));
  }

  /** As the node itself counts it. */
  #effortOf({ headers = {}, path }: Ask, answer: Answer): number {
    if (answer instanceof Held) return EFFORT_US.request;
    if (headers.authorization === undefined) return EFFORT_US.request;
    const room = parseRoomHash(path.slice("/room/".length));
    if (answer.status !== 202 || room === undefined) return POST_EFFORT;
    const { subscribers } = this.parts.rooms.factsOf(room);
    return POST_EFFORT + subscribers * EFFORT_US.event;
  }

  #deliver(ask: Ask, answer: Answer): void {
    const heldMs = answer instanceof Held
      ? SERVER_LIMITS.heldSeconds * 1000
      : 0;
    const given = answer instanceof Held ? answer.reply : answer;
    this.#timeline.after(heldMs + LATENCY_MS, () => ask.onAnswer(given));
  }
}

/** Everybody dials the same port. */
function connectionFrom(clientAddress: string): Connection {
  return {
    clientAddress,
    addressBlocks: addressBlocksOf(clientAddress),
    localAddress: "127.0.0.1",
    localPort: 8000,
    scheme: "http",
  };
}

/** Lets what a node does at the end of a turn be done. */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
