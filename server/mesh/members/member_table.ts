/** The members: bounded, so many a network, and some of them by chance. */

import { SERVER_LIMITS } from "../../limits.ts";
import type { Member, MemberChange } from "./member.ts";

/** What is known of a node, as the table keeps it. */
export interface KnownMember extends Member {
  key: string;
  network: string;
  height: number;
  roundTripMs: number;
  clockOffsetMs: number;
  seenAtMs: number;
  failures: number;
  /** When it became a member of this process. */
  joinedAtMs: number;
  /** When the first of these failures was. */
  failingSinceMs: number;
  /** When it was last probed, is next, and may next be asked for others. */
  probedAtMs: number;
  dueAtMs: number;
  pollAtMs: number;
}

/** What a probe changes. */
export type Sighting = Pick<
  Member,
  "key" | "network" | "height" | "roundTripMs" | "clockOffsetMs" | "seenAtMs"
>;

/** Bounds that simulations change. */
export interface MemberBounds {
  readonly members: number;
  readonly membersPerNetwork: number;
}

/** Nothing here takes longer with more members. */
export class MemberTable {
  readonly #bounds: MemberBounds;
  readonly #random: () => number;
  readonly #byOrigin = new Map<string, KnownMember>();
  /** The same in no order, so that some can be drawn. */
  readonly #drawn: KnownMember[] = [];
  readonly #place = new Map<KnownMember, number>();
  readonly #perNetwork = new Map<string, number>();
  readonly #listeners = new Set<(change: MemberChange) => void>();

  constructor({ random, bounds = SERVER_LIMITS }: {
    random: () => number;
    bounds?: MemberBounds | undefined;
  }) {
    this.#random = random;
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#byOrigin.size;
  }

  all(): Iterable<KnownMember> {
    return this.#byOrigin.values();
  }

  find(origin: string): KnownMember | undefined {
    return this.#byOrigin.get(origin);
  }

  onChange(listener: (change: MemberChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Undefined when there is no room for it. Networks cost what names do not: one may not fill the table. */
  add(
    origin: string,
    { sighting, nowMs, isTrusted = false }: {
      sighting: Sighting;
      nowMs: number;
      isTrusted?: boolean;
    },
  ): KnownMember | undefined {
    const { network } = sighting;
    const isFull = this.size >= this.#bounds.members;
    if (!isTrusted && (isFull || this.#isCrowded(network))) return undefined;
    const member = {
      ...{ origin, ...sighting, failures: 0, failingSinceMs: 0 },
      ...{ joinedAtMs: nowMs, probedAtMs: nowMs, dueAtMs: 0, pollAtMs: 0 },
    };
    this.#byOrigin.set(origin, member);
    this.#place.set(member, this.#drawn.push(member) - 1);
    this.#count(network, 1);
    this.#tell({ member, isMember: true });
    return member;
  }

  /** Takes what a member answered; false when it has moved to a network that has no room for it. */
  update(member: KnownMember, sighting: Sighting): boolean {
    const { origin, network } = member;
    const isMoved = sighting.network !== network;
    if (isMoved && this.#isCrowded(sighting.network)) return false;
    Object.assign(member, sighting);
    member.failures = 0;
    if (isMoved) {
      this.#count(network, -1);
      this.#count(member.network, 1);
      this.#tell({ member: { origin, network }, isMember: false });
      this.#tell({ member, isMember: true });
    }
    return true;
  }

  drop(member: KnownMember): void {
    const place = this.#place.get(member)!;
    const last = this.#drawn.at(-1)!;
    this.#put(last, place);
    this.#drawn.pop();
    this.#place.delete(member);
    this.#byOrigin.delete(member.origin);
    this.#count(member.network, -1);
    this.#tell({ member, isMember: false });
  }

  /** At most `most` by chance out of `tries` drawn, those that are wanted. */
  draw({ most, tries, isWanted }: {
    most: number;
    tries: number;
    isWanted: (member: Member) => boolean;
  }): Member[] {
    const drawn: Member[] = [];
    const end = Math.min(tries, this.#drawn.length);
    for (let at = 0; at < end && drawn.length < most; at++) {
      const rest = this.#drawn.length - at;
      const member = this.#swap(at, at + Math.floor(this.#random() * rest));
      if (isWanted(member)) drawn.push(member);
    }
    return drawn;
  }

  #isCrowded(network: string): boolean {
    const there = this.#perNetwork.get(network) ?? 0;
    return there >= this.#bounds.membersPerNetwork;
  }

  #count(network: string, change: 1 | -1): void {
    const count = (this.#perNetwork.get(network) ?? 0) + change;
    if (count === 0) this.#perNetwork.delete(network);
    else this.#perNetwork.set(network, count);
  }

  #put(member: KnownMember, place: number): void {
    this.#drawn[place] = member;
    this.#place.set(member, place);
  }

  /** What was at `other`. */
  #swap(place: number, other: number): KnownMember {
    const [here, there] = [this.#drawn[place]!, this.#drawn[other]!];
    this.#put(here, other);
    this.#put(there, place);
    return there;
  }

  #tell(change: MemberChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
