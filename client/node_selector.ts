/** Which of several nodes to use: the cheapest that works, as far as is known. */

import { NodesUnreachableError, NodeUnreachableError } from "./errors.ts";
import { KnownNode } from "./known_node.ts";
import { NodeClient, type NodeClientOptions } from "./node_client.ts";
import { mayDial, type Page } from "./page.ts";
import type { Cost } from "./payment.ts";

/** How nodes may be named. */
export type NodeName = string | URL | NodeClient;

/** Options of a {@linkcode NodeSelector}. */
export interface NodeSelectorOptions {
  /** Of nodes that are named by their origin. */
  readonly client: NodeClientOptions;
  /** Whether to ask nodes for others. */
  readonly discover: boolean;
  readonly page: Page;
}

/** The first answer need not wait longer for others. */
const GRACE_MS = 300;
/** Without any answer it is better to try again those that refused than to wait for the silent. */
const PATIENCE_MS = 3000;
/** A page that could not measure yet takes itself for an average one. */
const GUESSED_HASHES_PER_MS = 10_000;
/** Nodes that cost so much more than the cheapest are as good: chance spreads the load. */
const NEARLY = 1.25;
/** A node is left for its price when others' is so many times lower, … */
const FAR_DEARER = 4;
/** … and not more often than this. */
const MOVING_MS = 60_000;
/** What a node tells of others is good for so long. */
const DISCOVERY_MS = 600_000;
/** Nodes asked at once for their price. */
const MAX_SURVEYED = 16;
/** Nodes remembered; of others' lists, the rest is left out. */
const MAX_KNOWN = 64;
/** Discovered nodes that each list adds to those asked at once. */
const MAX_ASKED = 4;

/** The nodes of one channel. */
export class NodeSelector {
  readonly #known = new Map<string, KnownNode>();
  /** Nodes that this page cannot use, and why. */
  readonly #barred = new Map<string, unknown>();
  /** When each node was asked for others. */
  readonly #discoveredAt = new Map<KnownNode, number>();
  readonly #given: readonly KnownNode[];
  readonly #options: NodeSelectorOptions;
  #hashesPerMs: number | undefined;
  #comparedAt = -Infinity;

  /** Throws TypeError when a name is not an http(s) URL, or when there is none. */
  constructor(nodes: readonly NodeName[], options: NodeSelectorOptions) {
    this.#options = options;
    for (const node of nodes) this.#add(node);
    this.#given = this.known;
    if (nodes.length === 0) {
      throw new TypeError("Name at least one node, as https://node.example");
    }
  }

  /** All that can be used. */
  get known(): readonly KnownNode[] {
    return [...this.#known.values()];
  }

  /** Whether there is a node to go to at once. */
  get hasUntried(): boolean {
    return this.known.some(({ hasFailed }) => !hasFailed);
  }

  /** Whether no node will ever do. */
  get isHopeless(): boolean {
    return this.known.every(({ isHopeless }) => isHopeless);
  }

  /** Why no node could be used: of one that was asked, its own answer. */
  explain(): unknown {
    const [only, ...others] = this.known;
    const isAlone = others.length === 0 && this.#barred.size === 0;
    if (isAlone && only?.isHopeless) return only.cause;
    const causes = new Map(this.#barred);
    for (const [origin, { cause }] of this.#known) {
      causes.set(
        origin,
        cause ?? new NodeUnreachableError(origin, "no answer in time"),
      );
    }
    return new NodesUnreachableError(causes);
  }

  /** Learns from a payment how fast this device is. */
  learn({ hashes, milliseconds }: Cost): void {
    const rate = hashes / Math.max(milliseconds, 1);
    this.#hashesPerMs = Math.max(this.#hashesPerMs ?? 0, rate);
  }

  /**
   * The node to use now; undefined when none of several answered. In a hurry
   * none is asked: all clients of a node that goes are in the same hurry, and
   * would ask the same nodes at once. Those that ever answered come first.
   */
  async choose(
    signal: AbortSignal,
    { isHurried = false } = {},
  ): Promise<KnownNode | undefined> {
    const untried = this.known.filter(({ hasFailed }) => !hasFailed);
    if (isHurried && untried.length > 0) {
      const met = untried.filter(({ hasAnswered }) => hasAnswered);
      return this.#cheap(met.length > 0 ? met : untried);
    }
    const pool = untried.length > 0 ? untried : this.known;
    if (pool.length < 2) return pool[0]; // its stream asks it
    if (!pool.some(({ isQuoted }) => isQuoted)) {
      await this.#survey(pool, signal);
    }
    const quoted = this.known.filter(({ isQuoted }) => isQuoted);
    return this.#cheap(quoted.filter(({ hasFailed }) => !hasFailed)) ??
      quoted.sort((a, b) => a.failedAt - b.failedAt)[0];
  }

  /** A node that costs far less than this one, if it is time to look for one. */
  async findFarCheaper(
    used: KnownNode,
    signal: AbortSignal,
  ): Promise<KnownNode | undefined> {
    const others = this.known.filter((node) =>
      node !== used && !node.hasFailed
    );
    const isFarCheaper = ({ work }: KnownNode) =>
      work * FAR_DEARER <= used.work;
    const now = this.#options.page.now();
    if (now - this.#comparedAt < MOVING_MS) return undefined;
    if (!others.some(isFarCheaper)) return undefined;
    this.#comparedAt = now;
    await this.#survey(others, signal);
    return this.#cheap(
      others.filter((node) => node.isQuoted && isFarCheaper(node)),
    );
  }

  /** Asks a node for others, now and then. */
  async discover(
    node: KnownNode,
    signal: AbortSignal,
  ): Promise<readonly KnownNode[]> {
    const { discover, page } = this.#options;
    const askedAt = this.#discoveredAt.get(node) ?? -Infinity;
    if (!discover || page.now() - askedAt < DISCOVERY_MS) return [];
    this.#discoveredAt.set(node, page.now());
    const names = await node.client.nodes({ signal }).catch(() => []);
    return names.flatMap((name) => this.#addDiscovered(name));
  }

  /** One of those that cost little more than the cheapest. */
  #cheap(nodes: readonly KnownNode[]): KnownNode | undefined {
    const rate = this.#hashesPerMs ?? GUESSED_HASHES_PER_MS;
    const cheapest = Math.min(...nodes.map((node) => node.costMs(rate)));
    const near = nodes.filter((node) => node.costMs(rate) <= cheapest * NEARLY);
    return near[Math.floor(this.#options.page.random() * near.length)];
  }

  /** Asks nodes for their prices; done soon after the first answer. */
  #survey(nodes: readonly KnownNode[], signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let timer = setTimeout(resolve, PATIENCE_MS);
      let hasAnswer = false;
      const ask = async (node: KnownNode) => {
        await node.ask(signal);
        if (hasAnswer) return;
        hasAnswer = true;
        clearTimeout(timer);
        timer = setTimeout(resolve, GRACE_MS);
      };
      const askAround = async (node: KnownNode) => {
        const found = await this.discover(node, signal);
        await Promise.allSettled(found.slice(0, MAX_ASKED).map(ask));
      };
      const asked = [...nodes].sort((a, b) => a.failedAt - b.failedAt)
        .slice(0, MAX_SURVEYED);
      const given = asked.filter((node) => this.#given.includes(node));
      Promise.allSettled([...asked.map(ask), ...given.map(askAround)])
        .then(() => {
          clearTimeout(timer);
          resolve();
        });
    });
  }

  #add(name: NodeName): KnownNode | undefined {
    const { page, client: options } = this.#options;
    const client = name instanceof NodeClient
      ? name
      : new NodeClient(name, options);
    const { origin } = client;
    if (this.#known.has(origin)) return undefined;
    if (!mayDial(page, origin)) {
      this.#barred.set(
        origin,
        new Error(
          `${origin} is http, forbidden to pages of https (mixed content): ` +
            "serve it by https",
        ),
      );
      return undefined;
    }
    const node = new KnownNode(client, page);
    this.#known.set(origin, node);
    return node;
  }

  /** A node may name anything, and as much as it likes. */
  #addDiscovered(name: string): KnownNode[] {
    if (this.#known.size >= MAX_KNOWN) return [];
    const isForPage = name.startsWith("https:") ||
      !this.#options.page.origin?.startsWith("https:");
    try {
      const added = isForPage ? this.#add(name) : undefined;
      return added === undefined ? [] : [added];
    } catch {
      return [];
    }
  }
}
