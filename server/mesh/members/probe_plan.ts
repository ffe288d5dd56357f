/**
 * What is to be probed next, and how much: one budget for all, in which neither
 * links nor members nor a flood of candidates can starve the others.
 */

import { SERVER_LIMITS } from "../../limits.ts";
import type { Candidate, Candidates } from "./candidates.ts";
import { DueQueue } from "./due_queue.ts";
import type { Links } from "./member.ts";
import type { KnownMember, MemberTable } from "./member_table.ts";
import type { Ration } from "./probe.ts";
import type { TrustedPeers } from "./trusted_peers.ts";

/** Between two probes of a node that this one has a link to, or that did not answer. */
export const CLOSE_MS = 60_000;
/** Of any other, as the budget allows. */
const REST_MS = 300_000;
/** While no more are known, those that are new are looked at sooner, for what they have come to know. */
export const FEW_MEMBERS = 64;
const NEW_MS = 5000;

/** What to probe. */
export type Aim =
  | { readonly kind: "member"; readonly member: KnownMember }
  | { readonly kind: "peer"; readonly origin: string }
  | { readonly kind: "candidate"; readonly candidate: Candidate };

/** Where aims come from. */
export interface PlanParts {
  readonly table: MemberTable;
  readonly candidates: Candidates;
  readonly peers: TrustedPeers;
  readonly random: () => number;
}

/** The budget of one node. */
export class ProbePlan {
  /** Asked each second; every minute each of them is probed. */
  links: Links = new Set();
  readonly #parts: PlanParts;
  readonly #due: DueQueue<string>;
  /** Members that did not answer; before all others, who may be half an hour behind. */
  readonly #failing: DueQueue<string>;
  readonly #underWay = new Set<string>();
  /** Requests that may be made; below 0 when those under way made more than one. */
  #slots = 0;
  #turn = 0;

  constructor(parts: PlanParts, { nowMs }: { nowMs: number }) {
    this.#parts = parts;
    this.#due = new DueQueue(nowMs);
    this.#failing = new DueQueue(nowMs);
  }

  /** A second has passed. What was not used of it is lost. */
  refill(): void {
    const most = SERVER_LIMITS.probesPerSecond;
    this.#slots = Math.min(most, this.#slots + most);
  }

  /**
   * The next aim, and a request taken for it; undefined when there is none left
   * of either. Links and `--peers` first, but every fifth time last; candidates
   * and members in turns.
   */
  next(nowMs: number): Aim | undefined {
    if (this.#slots < 1) return undefined;
    const turn = this.#turn++;
    const urgent = () => this.#nextLink(nowMs) ?? this.#nextPeer(nowMs);
    const members = () => this.#nextMember(nowMs);
    const candidates = () => this.#nextCandidate();
    const others = turn % 2 === 0
      ? [members, candidates]
      : [candidates, members];
    const order = turn % 5 === 0 ? [...others, urgent] : [urgent, ...others];
    for (const choose of order) {
      const aim = choose();
      if (aim === undefined) continue;
      this.#slots--;
      return aim;
    }
    return undefined;
  }

  /** For a probe: its first request has been taken already, others are taken off the next ones. */
  ration(mayAsk: Ration["mayAsk"]): Ration {
    let isTaken = true;
    const onRequest = () => {
      if (!isTaken) this.#slots--;
      isTaken = false;
    };
    return { mayAsk, onRequest };
  }

  /** Nothing else probes an origin while something does. */
  async during<Value>(
    origin: string,
    probe: () => Promise<Value>,
  ): Promise<Value> {
    this.#underWay.add(origin);
    try {
      return await probe();
    } finally {
      this.#underWay.delete(origin);
    }
  }

  /** A member is probed again: soon where it may be gone. */
  schedule(member: KnownMember, nowMs: number): void {
    const afterMs = member.failures > 0
      ? CLOSE_MS
      : this.#restOf(member, nowMs);
    const jitter = 0.75 + this.#parts.random() / 2; // not all that were found together
    member.dueAtMs = nowMs + afterMs * jitter;
    const queue = member.failures > 0 ? this.#failing : this.#due;
    queue.add(member.origin, member.dueAtMs);
  }

  #restOf({ joinedAtMs }: KnownMember, nowMs: number): number {
    const isFew = this.#parts.table.size < FEW_MEMBERS;
    const knownMs = nowMs - joinedAtMs;
    return isFew ? Math.max(NEW_MS, Math.min(knownMs, REST_MS)) : REST_MS;
  }

  /** As soon as there is budget. */
  scheduleAtOnce({ origin, dueAtMs }: KnownMember): void {
    this.#due.add(origin, dueAtMs);
  }

  #nextLink(nowMs: number): Aim | undefined {
    for (const origin of this.links.keys()) {
      const member = this.#parts.table.find(origin);
      if (member === undefined || this.#underWay.has(origin)) continue;
      if (member.probedAtMs <= nowMs - CLOSE_MS) {
        return { kind: "member", member };
      }
    }
    return undefined;
  }

  #nextPeer(nowMs: number): Aim | undefined {
    const { peers, table } = this.#parts;
    const origin = peers.next(
      nowMs,
      (origin) =>
        table.find(origin) !== undefined || this.#underWay.has(origin),
    );
    return origin === undefined ? undefined : { kind: "peer", origin };
  }

  #nextMember(nowMs: number): Aim | undefined {
    while (true) {
      const origin = this.#failing.take(nowMs) ?? this.#due.take(nowMs);
      if (origin === undefined) return undefined;
      const member = this.#parts.table.find(origin);
      // It was dropped, or was probed since and is in the queue once more.
      if (member === undefined || member.dueAtMs > nowMs) continue;
      if (!this.#underWay.has(origin)) return { kind: "member", member };
    }
  }

  #nextCandidate(): Aim | undefined {
    const candidate = this.#parts.candidates.take();
    return candidate && { kind: "candidate", candidate };
  }
}
