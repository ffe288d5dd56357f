/** Sees to it that each room is joined at its homes, and at no others. */

import type { Clock } from "../../clock.ts";
import { Allowance } from "./allowance.ts";
import type { HomeLinks } from "./home_links.ts";
import { type Candidate, type Home, Homes, type Ranking } from "./homes.ts";
import type { Members } from "../members/member.ts";
import type { MeshRoom } from "./mesh_room.ts";

/** What is no home any more is kept for so long: others may not know yet. */
const STALE_MS = 60_000;
/** A home that does not answer or has no place is passed over for so long, … */
const AVOIDED_MS = 60_000;
/** … and one that asked to be left, by that room. */
const REFUSED_MS = 600_000;
/**
 * Rooms a second, some at once, whose homes are computed because a link wants
 * them: in a large mesh each costs a fraction of a millisecond, and subscribing
 * costs nothing. Beyond them they wait.
 */
const RANKED_FOR_GUESTS = { perSecond: 250, burst: 1000 };

/** Owns the ranking; the rooms are its owner's. */
export class HomeKeeper {
  readonly #clock: Clock;
  readonly #self: Candidate | undefined;
  readonly #links: Pick<HomeLinks, "join" | "part">;
  readonly #rooms: ReadonlyMap<string, MeshRoom>;
  readonly #homes: Ranking;
  readonly #members: Members;
  /** Homes that no room joins, and until when. */
  readonly #avoided = new Map<string, number>();
  /** Rooms that hold on to homes that are none any more, or that were refused by some. */
  readonly #unsettled = new Set<MeshRoom>();
  readonly #rankings = new Allowance(RANKED_FOR_GUESTS);
  /** Rooms whose homes are still to be computed. */
  readonly #postponed = new Set<MeshRoom>();
  readonly #stop: () => void;

  constructor({ clock, members, self, links, rooms, homes = new Homes() }: {
    clock: Clock;
    members: Members;
    /** This node, when others know it by an origin. */
    self: Candidate | undefined;
    links: Pick<HomeLinks, "join" | "part">;
    rooms: ReadonlyMap<string, MeshRoom>;
    homes?: Ranking | undefined;
  }) {
    this.#clock = clock;
    this.#members = members;
    this.#self = self;
    this.#links = links;
    this.#rooms = rooms;
    this.#homes = homes;
    if (self !== undefined) this.#homes.add(self);
    for (const member of members.all()) this.#homes.add(member);
    this.#stop = members.onChange(({ member, isMember }) => {
      if (isMember) this.#enter(member);
      else this.#leave(member);
    });
  }

  close(): void {
    this.#stop();
  }

  /** Joins and parts as a room needs it; to be called when somebody comes or goes. */
  settle(room: MeshRoom): void {
    this.#rank(room);
    const isRelay = !room.isLocal;
    const wanted = new Set<string>();
    for (const [rank, { origin }] of room.homes.entries()) {
      if (origin === this.#self?.origin) continue;
      wanted.add(origin);
      room.joined.set(origin, Infinity);
      this.#links.join(origin, room.hash, { isRelay, rank });
    }
    for (const [origin, until] of room.joined) {
      if (!wanted.has(origin)) this.#retire(room, { origin, until });
    }
  }

  #rank(room: MeshRoom): void {
    if (!room.isRooted) room.homes = [];
    else if (room.homes.length > 0) return;
    else if (room.isLocal || this.#rankings.take(this.#clock.now())) {
      room.homes = this.#homesOf(room);
    } else this.#postponed.add(room);
  }

  /** A home does not want a room any more: the next one takes its place. */
  refuse(room: MeshRoom, origin: string): void {
    room.refusals.set(origin, this.#clock.now() + REFUSED_MS);
    this.#unsettled.add(room);
    this.#recompute(room);
  }

  /** A home is of no use at present: its rooms go elsewhere. */
  avoid(origin: string): void {
    this.#avoided.set(origin, this.#clock.now() + AVOIDED_MS);
    this.#withdraw(origin);
  }

  /** … and is again: its rooms come back. */
  welcome(origin: string): void {
    if (!this.#avoided.delete(origin)) return;
    const member = this.#members.find(origin);
    if (member !== undefined) this.#offer(member);
  }

  /** To be called about once a second. */
  tick(now: number): void {
    for (const [origin, until] of this.#avoided) {
      if (now >= until) this.welcome(origin);
    }
    for (const room of this.#unsettled) this.#settleStale(room, now);
    for (const room of this.#postponed) {
      if (!this.#rankings.has(now)) return;
      this.#postponed.delete(room);
      this.settle(room);
    }
  }

  #settleStale(room: MeshRoom, now: number): void {
    const { size } = room.refusals;
    for (const [origin, until] of room.refusals) {
      if (now >= until) room.refusals.delete(origin);
    }
    if (room.refusals.size < size && room.isRooted) this.#recompute(room);
    for (const [origin, until] of room.joined) {
      if (now >= until) this.#part(room, origin);
    }
    const isStale = [...room.joined.values()].some(Number.isFinite);
    if (!isStale && room.refusals.size === 0) this.#unsettled.delete(room);
  }

  #enter(candidate: Candidate): void {
    this.#homes.add(candidate);
    this.#offer(candidate);
  }

  #leave(candidate: Candidate): void {
    this.#homes.delete(candidate);
    this.#withdraw(candidate.origin);
  }

  /** A candidate has come: some rooms have it as a home now. */
  #offer(candidate: Candidate): void {
    const enters = this.#homes.entrance(candidate);
    for (const room of this.#rooms.values()) {
      if (!room.isRooted || this.#postponed.has(room)) continue;
      if (enters(room.seed, room.homes)) this.#recompute(room);
    }
  }

  /** A candidate has gone, for all rooms. */
  #withdraw(origin: string): void {
    for (const room of this.#rooms.values()) {
      const isHome = room.homes.some((home) => home.origin === origin);
      if (isHome) this.#recompute(room);
    }
  }

  #recompute(room: MeshRoom): void {
    room.homes = room.isRooted ? this.#homesOf(room) : [];
    this.settle(room);
  }

  #homesOf({ seed, refusals }: MeshRoom): Home[] {
    const isPassedOver = (origin: string) =>
      this.#avoided.has(origin) || refusals.has(origin);
    return this.#homes.of(seed, isPassedOver);
  }

  /** At once when it is of no use, else in a minute. */
  #retire(
    room: MeshRoom,
    { origin, until }: { origin: string; until: number },
  ): void {
    const isUseless = !room.isRooted || room.refusals.has(origin) ||
      this.#avoided.has(origin);
    if (isUseless) return this.#part(room, origin);
    if (until !== Infinity) return;
    room.joined.set(origin, this.#clock.now() + STALE_MS);
    this.#unsettled.add(room);
  }

  #part(room: MeshRoom, origin: string): void {
    room.joined.delete(origin);
    this.#links.part(origin, room.hash);
  }
}
