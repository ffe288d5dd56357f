/**
 * Which other nodes there are: hears of them, probes them within a budget that
 * all share, and forgets those that are gone. One timer, no work that grows
 * with the number of members.
 */

import ipaddr from "ipaddr.js";
import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import { isWebPort, parseMeshOrigin } from "./answers.ts";
import { Candidates, type NamedCandidate } from "./candidates.ts";
import { Clocks } from "./clock_offset.ts";
import { Hourly } from "./hourly.ts";
import type {
  HostHint,
  Links,
  Member,
  MemberChange,
  Members,
} from "./member.ts";
import { MemberKeeper } from "./member_keeper.ts";
import type { MemberStore } from "./member_store.ts";
import {
  type KnownMember,
  type MemberBounds,
  MemberTable,
  type Sighting,
} from "./member_table.ts";
import type { Network } from "./network.ts";
import { isHostIn, type Probed, Prober, type Ration } from "./probe.ts";
import { type Aim, CLOSE_MS, FEW_MEMBERS, ProbePlan } from "./probe_plan.ts";
import {
  createProbeTotals,
  type ProbeResult,
  type ProbeTotals,
} from "./probe_totals.ts";
import { TrustedPeers } from "./trusted_peers.ts";

/** What a {@linkcode Membership} needs. */
export interface MembershipOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly network: Network;
  /** Public key of this node, by which it knows itself. */
  readonly key: string;
  /** Public origin of this node; null for one that others cannot reach. */
  readonly origin: string | null;
  /** Whether private addresses and http are good enough. */
  readonly allowPrivate: boolean;
  /** Origins that are always tried again. */
  readonly peers: readonly string[];
  /** Null for a node that keeps nothing. */
  readonly store: MemberStore | null;
  readonly bounds?: MemberBounds;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly onFault: (fault: unknown) => void;
}

const TICK_MS = 1000;
/** Between two looks at what others a member knows; while few are known, with every probe. */
const POLL_MS = 3_600_000;
/** For one answer of `/nodes`: most of those drawn are fresh, unless there are thousands. */
const LISTING = { most: SERVER_LIMITS.listedNodes, tries: 80 };

/** The part of a node that knows the others. */
export class Membership implements Members {
  readonly #options: MembershipOptions;
  readonly #prober: Prober;
  readonly #table: MemberTable;
  readonly #candidates: Candidates;
  readonly #peers: TrustedPeers;
  readonly #plan: ProbePlan;
  readonly #keeper: MemberKeeper;
  /** Origins and hosts that were candidates in the last hour. */
  readonly #asked: Hourly;
  readonly #running = new Set<Promise<void>>();
  #answeredAtMs = 0;
  #isAlone = false;
  #isClosing = false;
  #endClockwork = () => {};
  readonly totals: ProbeTotals = createProbeTotals();
  readonly clocks: Clocks;

  constructor(options: MembershipOptions) {
    const { clock, random, network, allowPrivate, origin, bounds } = options;
    const { store, warn } = options;
    this.#options = options;
    this.#prober = new Prober({
      ...{ clock, network, allowPrivate, ownOrigin: origin },
    });
    this.#table = new MemberTable({ random, bounds });
    const { candidatesLost: lost } = this.totals;
    this.#candidates = new Candidates({ clock, random, lost });
    this.#peers = new TrustedPeers(
      options.peers.filter((peer) => peer !== origin),
      { retryMs: CLOSE_MS, warn },
    );
    const [table, candidates] = [this.#table, this.#candidates];
    this.#plan = new ProbePlan(
      { table, candidates, peers: this.#peers, random },
      { nowMs: clock.now() },
    );
    this.#asked = new Hourly({ clock });
    this.clocks = new Clocks({ table, warn });
    this.#keeper = new MemberKeeper({ table, store, clock, warn });
  }

  get size(): number {
    return this.#table.size;
  }

  /** Candidates that wait. */
  get waiting(): number {
    return this.#candidates.size;
  }

  all(): Iterable<Member> {
    return this.#table.all();
  }

  find(origin: string): Member | undefined {
    return this.#table.find(origin);
  }

  onChange(listener: (change: MemberChange) => void): () => void {
    return this.#table.onChange(listener);
  }

  /** Nodes to tell others of: some, by chance, that answered lately; or the one of an origin, if it did. */
  listed(only?: string): readonly Member[] {
    const since = this.#now - SERVER_LIMITS.listedSeconds * 1000;
    const isWanted = ({ seenAtMs }: Member) => seenAtMs > since;
    if (only === undefined) return this.#table.draw({ ...LISTING, isWanted });
    const named = this.#table.find(only);
    return named !== undefined && isWanted(named) ? [named] : [];
  }

  /** Whether this node has a link to another. */
  isLinked(origin: string): boolean {
    return this.#plan.links.has(origin);
  }

  /** Links to other nodes. */
  get links(): number {
    return Array.from(this.#plan.links.keys()).length;
  }

  /** Tells which nodes are to be looked at every minute; asked again each second. */
  setLinks(links: Links): void {
    this.#plan.links = links;
  }

  hear(origin: string, source: string): void {
    const parsed = parseMeshOrigin(origin, this.#options);
    if (parsed === undefined || this.#isKnown(parsed)) return;
    if (this.#asked.has(parsed)) return;
    const allowance = SERVER_LIMITS.candidatesPerSource;
    this.#candidates.add({ origin: parsed }, { source, allowance });
  }

  /**
   * The same of a node by itself, as far as one can tell. Where it comes from
   * the address at which it says to be, it is looked at although it was within
   * the hour, and was not there: that address wants it, nobody else is asked.
   */
  hearVisitor(origin: string, addressBlock: string): void {
    const parsed = parseMeshOrigin(origin, this.#options);
    if (parsed === undefined || this.#isKnown(parsed)) return;
    this.#candidates.add({ origin: parsed, visitor: addressBlock }, {
      source: `visitor ${addressBlock}`,
      allowance: SERVER_LIMITS.candidatesPerSource,
    });
  }

  /** The same from the DHT. */
  hearHost(hint: HostHint): void {
    const { host, port } = hint;
    if (!ipaddr.IPv4.isValidFourPartDecimal(host) || !isWebPort(port)) return;
    if (this.#asked.has(this.#prober.hostOf(host, port))) return;
    const allowance = SERVER_LIMITS.candidatesFromDht;
    this.#candidates.add({ hint }, { source: "dht", allowance });
  }

  /** Reads what was kept, and sets the clockwork going. */
  async start(): Promise<void> {
    const restored = await this.#keeper.restore();
    for (const member of restored) this.#plan.scheduleAtOnce(member);
    if (this.size > 0) {
      this.#options.info(`Nodes known from before: ${this.size}`);
    }
    this.#endClockwork = this.#options.clock.every(TICK_MS, () => this.#tick());
    this.#tick();
  }

  /** Done when no probe is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Gives up probes under way, and keeps what is known. */
  async close(): Promise<void> {
    this.#isClosing = true; // what is given up now is nobody's failure
    this.#endClockwork();
    this.#prober.close();
    await this.idle();
    await this.#keeper.save();
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  #isKnown(origin: string): boolean {
    return origin === this.#options.origin ||
      this.#table.find(origin) !== undefined;
  }

  #tick(): void {
    const now = this.#now;
    this.#plan.refill();
    while (true) {
      const aim = this.#plan.next(now);
      if (aim === undefined) break;
      this.#run(this.#pursue(aim));
    }
    this.#run(this.#keeper.saveIfDue());
  }

  #pursue(aim: Aim): Promise<void> {
    switch (aim.kind) {
      case "member":
        return this.#revisit(aim.member);
      case "peer":
        return this.#visit(aim.origin, {
          ration: this.#plan.ration(() => true),
          peers: this.#peers,
        });
      case "candidate": {
        const { candidate } = aim;
        return "hint" in candidate
          ? this.#follow(candidate.hint)
          : this.#visitNew(candidate, this.#rationOfStranger());
      }
    }
  }

  #run(work: Promise<void>): void {
    const run = work.catch(this.#options.onFault)
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  #rationOfStranger(): Ration {
    return this.#plan.ration((host) => this.#asked.take(host));
  }

  async #follow(hint: HostHint): Promise<void> {
    const ration = this.#rationOfStranger();
    const found = await this.#prober.readHint(hint, ration);
    if (!found.ok) return this.#count(found.reason);
    const asked = this.#prober.hostOf(hint.host, hint.port);
    await this.#visitNew({ origin: found.value }, {
      ...ration,
      // Usually the same host: that is one visit. If not, it may be somebody who is meant harm.
      mayAsk: (host) => host === asked || ration.mayAsk(host),
    });
  }

  /** Once an hour; a host that a hint is being read from does not count: that leads here too. */
  async #visitNew(
    { origin, visitor }: NamedCandidate,
    ration: Ration,
  ): Promise<void> {
    const isBarred = () => this.#asked.has(origin);
    if (this.#isKnown(origin) || visitor === undefined && isBarred()) return;
    const mayAsk = (host: string) =>
      isHostIn(host, visitor) ||
      !isBarred() && ration.mayAsk(host) && this.#asked.take(origin);
    await this.#visit(origin, { ration: { ...ration, mayAsk } });
  }

  async #visit(
    origin: string,
    { ration, peers }: { ration: Ration; peers?: TrustedPeers },
  ): Promise<void> {
    const probed = await this.#ask(origin, ration);
    if (this.#isClosing || this.#isKnown(origin)) return;
    if (!probed.ok) {
      if (probed.reason !== "asked-lately") this.#asked.take(origin);
      this.#count(probed.reason);
      return peers?.noteFailure(origin, probed);
    }
    const { value } = probed;
    if (value.key === this.#options.key) {
      this.#count("self");
      return peers?.forget(origin);
    }
    const member = this.#table.add(origin, {
      sighting: this.#sightingOf(value),
      nowMs: this.#now,
      isTrusted: peers !== undefined,
    });
    if (member === undefined) return this.#count("no-room");
    peers?.noteSuccess(origin);
    if (this.size === 1) this.#options.info(`Found a first node: ${origin}`);
    await this.#noteAnswer(member, { probed: value, ration, beforeMs: 0 });
  }

  /** Whoever holds the certificate says which key is the node's: a new one counts from now on. */
  async #revisit(member: KnownMember): Promise<void> {
    const { origin, key, clockOffsetMs: beforeMs } = member;
    const ration = this.#plan.ration(() => true);
    member.probedAtMs = this.#now;
    const probed = await this.#ask(origin, ration);
    if (this.#isClosing) return;
    if (!probed.ok) return this.#noteFailure(member, probed.reason);
    const { value } = probed;
    if (value.key === this.#options.key) {
      this.#count("self");
      return this.#table.drop(member);
    }
    if (!this.#table.update(member, this.#sightingOf(value))) {
      return this.#noteFailure(member, "no-room");
    }
    if (key !== value.key) {
      this.#keeper.noteChange();
      this.#options.info(`${origin} has a new node key`);
    }
    await this.#noteAnswer(member, { probed: value, ration, beforeMs });
  }

  #ask(origin: string, ration: Ration) {
    return this.#plan.during(origin, () => this.#prober.ask(origin, ration));
  }

  #sightingOf(probed: Probed): Sighting {
    const { key, network, height, roundTripMs, clockOffsetMs } = probed;
    const seenAtMs = this.#now;
    return { key, network, height, roundTripMs, clockOffsetMs, seenAtMs };
  }

  async #noteAnswer(
    member: KnownMember,
    { probed, ration, beforeMs }: {
      probed: Probed;
      ration: Ration;
      /** Its clock's offset. */
      beforeMs: number;
    },
  ): Promise<void> {
    this.#count("answered");
    this.#answeredAtMs = this.#now;
    this.#isAlone = false;
    this.clocks.look(member, { beforeMs });
    this.#plan.schedule(member, this.#now);
    await this.#askAround(member, { probed, ration });
  }

  /**
   * A member is dropped if, since it failed, another one has answered: an outage
   * of this node's own network must not make it forget everybody.
   */
  #noteFailure(member: KnownMember, reason: ProbeResult): void {
    this.#count(reason);
    if (member.failures++ === 0) member.failingSinceMs = this.#now;
    this.#plan.schedule(member, this.#now);
    if (member.failures < SERVER_LIMITS.memberFailures) return;
    if (this.#answeredAtMs >= member.failingSinceMs) {
      this.#table.drop(member);
      this.totals.dropped++;
    } else if (!this.#isAlone) {
      this.#isAlone = true;
      this.#options.warn(
        `No other node answers, ${member.origin} neither (${reason}). If they ` +
          "run, look at this machine's network: connections out, DNS, clock.",
      );
    }
  }

  async #askAround(
    member: KnownMember,
    { probed, ration }: { probed: Probed; ration: Ration },
  ): Promise<void> {
    const isFull = this.waiting > SERVER_LIMITS.candidates / 2;
    if (isFull || member.pollAtMs > this.#now) return;
    const isFew = this.size < FEW_MEMBERS;
    if (!isFew) member.pollAtMs = this.#now + POLL_MS;
    ration.onRequest();
    for (const origin of await this.#prober.readList(probed)) {
      this.hear(origin, member.origin);
    }
  }

  #count(result: ProbeResult): void {
    this.totals.probes[result]++;
  }
}
