/** Pays as the client library does: mines, sends, tops up when the price has moved. */

import { formatStamp, SALT_BYTES, workOf } from "@sigmesh/core";
import type { Quote } from "@sigmesh/core/wire";
import type { Reply } from "../../server/api/exchange.ts";
import { mineByChance } from "./chance.ts";
import { endOfTurn, type SimulatedNode } from "./simulated_node.ts";
import type { Timeline } from "./timeline.ts";

/** What takes longer was in vain. */
export const PATIENCE_MS = 60_000;
const MAX_REQUOTES = 2;
const HEADROOM = 0.25;

/** What is to be paid for. */
export interface Purchase {
  readonly path: string;
  readonly body: Uint8Array;
  readonly quote: Quote;
  /** When it was wanted. */
  readonly since: number;
  /** Gets what the node asks next. */
  readonly onQuote: (quote: Quote) => void;
  /** Gets the node's answer, or undefined when it was given up. */
  readonly onDone: (reply: Reply | undefined) => void;
}

interface Mined {
  readonly quote: Quote;
  readonly salt: Uint8Array;
  readonly nonces: Uint8Array;
}

/** A device at an address. */
export class Payer {
  readonly #timeline: Timeline;
  readonly #node: SimulatedNode;
  readonly #random: () => number;
  readonly #hashesPerSecond: number;
  readonly #address: string;

  constructor(
    { timeline, node, random }: {
      timeline: Timeline;
      node: SimulatedNode;
      random: () => number;
    },
    { hashesPerSecond, address }: { hashesPerSecond: number; address: string },
  ) {
    this.#timeline = timeline;
    this.#node = node;
    this.#random = random;
    this.#hashesPerSecond = hashesPerSecond;
    this.#address = address;
  }

  pay(purchase: Purchase): void {
    this.#mine(purchase, { quote: purchase.quote, requotes: 0 });
  }

  #mine(
    purchase: Purchase,
    { quote, requotes, previous }: {
      quote: Quote;
      requotes: number;
      previous?: Mined;
    },
  ): void {
    if (this.#timeline.nowMs - purchase.since >= PATIENCE_MS) {
      return purchase.onDone(undefined);
    }
    const salt = previous?.salt ??
      Uint8Array.from({ length: SALT_BYTES }, () => this.#random() * 256);
    const { nonces, hashes } = mineByChance(
      quote.height,
      this.#random,
      previous?.nonces,
    );
    const mined = { quote, salt, nonces };
    const ms = hashes / this.#hashesPerSecond * 1000;
    this.#timeline.after(ms, () => this.#send(purchase, { mined, requotes }));
  }

  #send(
    purchase: Purchase,
    { mined, requotes }: { mined: Mined; requotes: number },
  ): void {
    const { path, body } = purchase;
    const stamp = formatStamp({ ...mined, token: mined.quote.token });
    this.#node.send({
      method: "POST",
      path,
      headers: { authorization: `PoW ${stamp}`, accept: "application/json" },
      body,
      address: this.#address,
      onAnswer: async (answer) => {
        await endOfTurn();
        this.#hear(answer as Reply, { purchase, mined, requotes });
      },
    });
  }

  #hear(
    reply: Reply,
    { purchase, mined, requotes }: {
      purchase: Purchase;
      mined: Mined;
      requotes: number;
    },
  ): void {
    const { token, height, owed } = JSON.parse(reply.body as string);
    if (token !== undefined) purchase.onQuote({ token, height });
    if (reply.status < 300) return purchase.onDone(reply);
    if (requotes === MAX_REQUOTES || token === undefined) {
      return purchase.onDone(undefined);
    }
    const missing = workOf(owed ?? Infinity) - workOf(mined.quote.height);
    const isTopUp = missing <= workOf(height);
    const quote = isTopUp
      ? { token: mined.quote.token, height: owed + HEADROOM }
      : { token, height: height + HEADROOM };
    this.#mine(purchase, {
      ...{ quote, requotes: requotes + 1 },
      ...(isTopUp ? { previous: mined } : {}),
    });
  }
}
