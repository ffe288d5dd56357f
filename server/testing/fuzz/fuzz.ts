/**
 * A real node under random fire: many connections say things that are nearly
 * right, while an honest client pays. Nothing inside the node may fail, the
 * honest client must be served, and what the fire took must be given back.
 */

import type { Clock } from "../../clock.ts";
import { createSystemClock } from "../../clock.ts";
import { heapBytes } from "../heap.ts";
import { ask, mineFor, type PaidPost, sendPost } from "../honest_client.ts";
import { parseSamples } from "../samples.ts";
import { startTestNode, type TestNode } from "../test_node.ts";
import {
  composeConversation,
  type Conversation,
  converse,
  pause,
} from "./conversation.ts";
import { Dice } from "./dice.ts";
import { ROOMS } from "./requests.ts";

/** Options of {@linkcode fuzz}. */
export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Told how far it is. */
  readonly tell?: (line: string) => void;
}

/** What it took. */
export interface FuzzSummary {
  readonly conversations: number;
  readonly paidByFuzzers: number;
  readonly honestPosts: number;
  /** Between two moments without load, the first after a warm-up. */
  readonly heapGrowthBytes: number;
  /** Of the whole process, other tests in it included. */
  readonly rssGrowthBytes: number;
}

/** The node failed; the message has the seed and the bytes said at that moment. */
export class FuzzFailure extends Error {
  override readonly name = "FuzzFailure";
}

const CONNECTIONS = 16;
const HONEST_PAUSE_MS = 200;
const HONEST_PATIENCE_MS = 5000;
const SETTLING_MS = 10_000;
const WARM_UP_SHARE = 0.25;
const MOST_HEAP_GROWTH_BYTES = 10 * 2 ** 20;
/** One address among the many that the node is made to see. */
const HONEST = "X-Forwarded-For: 203.0.113.1\r\n";

/** Throws {@linkcode FuzzFailure}. */
export async function fuzz(options: FuzzOptions): Promise<FuzzSummary> {
  const run = await FuzzRun.start(options);
  try {
    return await run.complete();
  } finally {
    await run.close();
  }
}

class FuzzRun {
  readonly #options: FuzzOptions;
  readonly #node: TestNode;
  readonly #skew: { ms: number };
  readonly #open = new Map<number, Conversation>();
  #conversations = 0;
  #paid = 0;
  #honestPosts = 0;
  #failure: FuzzFailure | undefined;

  private constructor(
    options: FuzzOptions,
    { node, skew }: { node: TestNode; skew: { ms: number } },
  ) {
    this.#options = options;
    this.#node = node;
    this.#skew = skew;
  }

  static async start(options: FuzzOptions): Promise<FuzzRun> {
    const system = createSystemClock();
    const skew = { ms: 0 };
    const clock: Clock = { ...system, now: () => system.now() + skew.ms };
    let run: FuzzRun | undefined;
    const node = await startTestNode({
      ...{ metrics: true, trustProxy: ["loopback"] },
      ...{ maxSubscribers: 500, maxSubscribersPerIp: 5 },
      ...{ maxUnpaid: 100_000, maxUnpaidPerIp: 5 },
    }, {
      clock,
      onFault: (fault) => run?.fail(`a fault inside: ${stackOf(fault)}`),
    });
    return run = new FuzzRun(options, { node, skew });
  }

  close(): Promise<void> {
    return this.#node.close();
  }

  async complete(): Promise<FuzzSummary> {
    const { seconds } = this.#options;
    await this.#fire(seconds * WARM_UP_SHARE);
    const before = await this.#measure();
    await this.#fire(seconds * (1 - WARM_UP_SHARE));
    const after = await this.#measure();
    const heapGrowthBytes = after.heap - before.heap;
    if (heapGrowthBytes > MOST_HEAP_GROWTH_BYTES) {
      this.fail(`the heap has grown by ${heapGrowthBytes} bytes`);
    }
    if (this.#failure !== undefined) throw this.#failure;
    return {
      conversations: this.#conversations,
      paidByFuzzers: this.#paid,
      honestPosts: this.#honestPosts,
      heapGrowthBytes,
      rssGrowthBytes: after.rss - before.rss,
    };
  }

  /** Keeps the first failure, with what was being said. */
  fail(why: string): void {
    const said = [...this.#open].map(([index, { pieces, ending }]) =>
      `conversation ${index}, then ${ending}: ${
        JSON.stringify(pieces.map((piece) => String.fromCharCode(...piece)))
      }`
    );
    this.#failure ??= new FuzzFailure(
      [`Seed ${this.#options.seed}: ${why}`, ...said].join("\n"),
    );
  }

  async #fire(seconds: number): Promise<void> {
    const until = performance.now() + seconds * 1000;
    const isOver = () =>
      performance.now() >= until || this.#failure !== undefined;
    const progress = setInterval(() => this.#tell(), 10_000);
    await Promise.all([
      this.#payHonestly(isOver),
      ...Array.from({ length: CONNECTIONS }, () => this.#converse(isOver)),
    ]);
    clearInterval(progress);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #converse(isOver: () => boolean): Promise<void> {
    const host = new URL(this.#node.origin).host;
    while (!isOver()) {
      const index = this.#conversations++;
      const dice = new Dice(this.#options.seed + index);
      const post = dice.onceIn(6) ? await this.#pay(dice) : undefined;
      const conversation = composeConversation(dice, { host, post });
      this.#open.set(index, conversation);
      await converse(this.#node, conversation);
      this.#open.delete(index);
    }
  }

  async #pay(dice: Dice): Promise<PaidPost | undefined> {
    const from = `X-Forwarded-For: 192.0.2.${dice.below(256)}\r\n`;
    const path = dice.pick(ROOMS);
    const quote = await this.#quoteFor(path, from);
    if (quote === undefined) return undefined;
    this.#paid++;
    const body = "y".repeat(dice.below(1025));
    return {
      path,
      body,
      stamp: await mineFor(this.#node, { path, body, quote }),
    };
  }

  async #quoteFor(path: string, headers: string) {
    const { status, text } = await ask(this.#node, { path, headers });
    if (![200, 429].includes(status)) {
      this.fail(`a right request was answered ${status}: ${text}`);
    }
    return status === 200 ? JSON.parse(text) : undefined;
  }

  async #payHonestly(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const asked = performance.now();
      const path = ROOMS[0]!;
      const quote = await this.#quoteFor(path, HONEST);
      if (quote === undefined) {
        return this.fail("no quote for an honest client");
      }
      const body = "honest";
      const stamp = await mineFor(this.#node, { path, body, quote });
      const outcome = await sendPost(this.#node, { path, stamp, body });
      // Others post to the room, and its surcharge grows.
      if (!["accepted", "stamp-too-low"].includes(outcome)) {
        this.fail(`an honest post was not taken: ${outcome}`);
      }
      if (performance.now() - asked > HONEST_PATIENCE_MS) {
        this.fail("an honest client was kept waiting");
      }
      this.#honestPosts++;
      await pause(HONEST_PAUSE_MS);
    }
  }

  /** Sizes without load, once all that it took has been given back. */
  async #measure(): Promise<{ heap: number; rss: number }> {
    await this.#settle("sigmesh_http_connections", "sigmesh_streams");
    this.#skew.ms += 130_000; // histories and spent stamps are of the past
    await this.#settle("sigmesh_rooms", "sigmesh_history_bytes");
    const heap = heapBytes();
    return { heap, rss: Deno.memoryUsage().rss };
  }

  async #settle(...gauges: string[]): Promise<void> {
    const until = performance.now() + SETTLING_MS;
    while (true) {
      const { metrics } = this.#node.parts.watch;
      const samples = parseSamples(await metrics.format());
      const left = gauges.filter((gauge) => samples.get(gauge) !== 0);
      if (left.length === 0) return;
      if (performance.now() > until) {
        const counts = left.map((gauge) => `${gauge} ${samples.get(gauge)}`);
        this.fail(`not given back: ${counts.join(", ")}`);
        throw this.#failure;
      }
      await pause(100);
    }
  }

  #tell(): void {
    const { rooms } = this.#node.parts;
    this.#options.tell?.(
      `${this.#conversations} conversations, ${this.#paid} posts paid by ` +
        `them, ${this.#honestPosts} honest posts, ${rooms.traffic.opened} streams, ` +
        `${Math.round(Deno.memoryUsage().rss / 2 ** 20)} MiB`,
    );
  }
}

function stackOf(fault: unknown): string {
  return fault instanceof Error ? `${fault.stack}` : `${fault}`;
}
