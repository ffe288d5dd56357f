/**
 * Rations what costs a client nothing. Only paid work may raise the price, else
 * a flood of free requests would price honest users out, as was done to Tor's
 * proof of work; so what is free must be scarce.
 */

import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";

/** Blocks of addresses that count as one client: an IPv4 address; an IPv6 /64 and its /48. */
export type AddressBlocks = readonly string[];

/**
 * Kinds of free requests, the one that is shed first in front, and the share of
 * the node's budget that is kept for those behind it.
 */
const RESERVES = { page: 0.5, fact: 0.25, stream: 0 } as const;

/** Kind of a free request. */
export type UnpaidKind = keyof typeof RESERVES;

/** Why a free request is not served. */
export type UnpaidRefusal = "too-many-requests" | "too-busy";

/** So many seconds' worth may be used at once. */
const ADDRESS_BURST_SECONDS = 10;
const NODE_BURST_SECONDS = 3;
/** An IPv6 /48 holds 65,536 /64s, and is had as easily; it gets more than one, not as many. */
const WIDER_BLOCK_FACTOR = 4;
/** The node's budget is short below this share of it. */
const SHORT_BELOW = 0.5;
/** What is left of the node's budget while its main thread is saturated, … */
const SATURATED_FACTOR = 0.1;
const SATURATED_ABOVE = 0.9;
/** … and what it is while that is half idle: clients of a node that has ended may all come at once. */
const IDLE_FACTOR = 2;
const IDLE_BELOW = 0.5;

/** Fills at `perSecond` up to `capacity`; may be overdrawn. */
class Bucket {
  readonly perSecond: number;
  readonly capacity: number;
  level: number;
  #at: number;

  constructor(
    { perSecond, seconds, now }: {
      perSecond: number;
      seconds: number;
      now: number;
    },
  ) {
    this.perSecond = perSecond;
    this.capacity = perSecond * seconds;
    this.level = this.capacity;
    this.#at = now;
  }

  fill(now: number, factor = 1): void {
    const seconds = (now - this.#at) / 1000;
    this.#at = now;
    const filled = this.level + seconds * this.perSecond * factor;
    this.level = Math.min(this.capacity, filled);
  }

  /** An overdraft is forgiven beyond a burst: who was refused long enough starts afresh. */
  take(cost: number): void {
    this.level = Math.max(-this.capacity, this.level - cost);
  }
}

/** A bucket for each address and one for the node. */
export class UnpaidBudget {
  readonly #clock: Clock;
  readonly #perAddress: number;
  readonly #saturation: () => number;
  readonly #node: Bucket;
  /** For requests that were answered before it was known that nobody paid for them. */
  readonly #failed: Bucket;
  /** The one asked for longest ago first. */
  readonly #byBlock = new Map<string, Bucket>();
  /** Running totals of what `take` refused. */
  readonly refused: Record<UnpaidRefusal, number> = {
    "too-many-requests": 0,
    "too-busy": 0,
  };

  constructor({ clock, perAddress, perNode, saturation }: {
    clock: Clock;
    /** Free requests a second of one address. */
    perAddress: number;
    /** Free requests a second in all. */
    perNode: number;
    /** Share of the main thread that is used, 0..1. */
    saturation: () => number;
  }) {
    this.#clock = clock;
    this.#perAddress = perAddress;
    this.#saturation = saturation;
    const ofNode = {
      perSecond: perNode,
      seconds: NODE_BURST_SECONDS,
      now: clock.now(),
    };
    this.#node = new Bucket(ofNode);
    this.#failed = new Bucket(ofNode);
  }

  /** Share of the node's budget that is left, 0..1. */
  get left(): number {
    this.#node.fill(this.#clock.now(), this.#factor);
    const { level, capacity } = this.#node;
    return Math.max(0, level / capacity);
  }

  /** Blocks of addresses that are counted. */
  get size(): number {
    return this.#byBlock.size;
  }

  /**
   * Takes the cost of a request, counted in plain ones, or tells why it is
   * refused; a refusal takes nothing. When the node's budget runs short, those
   * who asked for little lately are served first: the more it lacks, the more of
   * their own must be left.
   */
  take(
    blocks: AddressBlocks,
    request: { kind: UnpaidKind; cost?: number },
  ): UnpaidRefusal | undefined {
    const refusal = this.retake(blocks, request);
    if (refusal !== undefined) this.refused[refusal]++;
    return refusal;
  }

  /** The same for a request that was refused, and counted, before. */
  retake(
    blocks: AddressBlocks,
    { kind, cost = 1 }: { kind: UnpaidKind; cost?: number },
  ): UnpaidRefusal | undefined {
    const now = this.#clock.now();
    const buckets = blocks.map((block, at) => this.#bucketOf(block, at, now));
    if (buckets.some(({ level }) => level < cost)) return "too-many-requests";
    const node = this.#node;
    node.fill(now, this.#factor);
    const { level, capacity } = node;
    if (level - cost < capacity * RESERVES[kind]) return "too-busy";
    const lacking = 1 - level / (capacity * SHORT_BELOW);
    if (buckets.some((own) => own.level < own.capacity * lacking)) {
      return "too-busy";
    }
    for (const bucket of [...buckets, node]) bucket.take(cost);
    return undefined;
  }

  /** Takes the cost of a request that was served in any case; false when that was too much. */
  charge(blocks: AddressBlocks, cost = 1): boolean {
    const now = this.#clock.now();
    const buckets = blocks.map((block, at) => this.#bucketOf(block, at, now));
    this.#failed.fill(now);
    const all = [...buckets, this.#failed];
    for (const bucket of all) bucket.take(cost);
    return all.every(({ level }) => level >= 0);
  }

  get #factor(): number {
    const saturation = this.#saturation();
    if (saturation > SATURATED_ABOVE) return SATURATED_FACTOR;
    return saturation < IDLE_BELOW ? IDLE_FACTOR : 1;
  }

  #bucketOf(block: string, at: number, now: number): Bucket {
    let bucket = this.#byBlock.get(block);
    if (bucket === undefined) {
      const factor = at === 0 ? 1 : WIDER_BLOCK_FACTOR;
      bucket = new Bucket({
        perSecond: this.#perAddress * factor,
        seconds: ADDRESS_BURST_SECONDS,
        now,
      });
    } else {
      bucket.fill(now);
      this.#byBlock.delete(block);
    }
    this.#byBlock.set(block, bucket);
    if (this.#byBlock.size > SERVER_LIMITS.budgetedAddresses) {
      const [oldest] = this.#byBlock.keys();
      this.#byBlock.delete(oldest!);
    }
    return bucket;
  }
}
