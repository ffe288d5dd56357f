/** Links that this node dials, one to each home of its rooms, for as long as one needs it. */

import type { RoomHash } from "@sigmesh/core/wire";
import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import { Link, type LinkEnd, type LinkOwner } from "./link.ts";
import { formatLinkFrame } from "./link_frame.ts";
import type { Dial } from "./link_socket.ts";

/** A link that no room needs is kept for so long. */
const IDLE_MS = 60_000;
/** Between two tries, those that take long included: rooms that a network parted have a minute to be whole again. */
const MAX_BACKOFF_MS = 4000;
/** Before a link that gave way to another one is dialled again. */
const DISPLACED_MS = 60_000;
/** After so long without an answer the rooms look elsewhere: of homes that died together one may be dialled after the other. */
const PATIENCE_MS = 2000;
/** … and the home is tried for so long all the same. */
const MISSED_MS = 60_000;
/** Ends that say nothing against the home. */
const OWN_ENDS: ReadonlySet<LinkEnd> = new Set([
  "idle",
  "displaced",
  "closing",
]);

/** Who is told of these links. */
export interface HomeLinksOwner extends LinkOwner {
  /** A room is carried by a link from now on. */
  joined(link: Link, room: RoomHash): void;
  /** … and no longer, while the link lives on. */
  parted(link: Link, room: RoomHash): void;
  /** A home does not answer, or has no place. */
  unavailable(origin: string): void;
  /** … and one that did not answer does again. */
  available(origin: string): void;
}

/** How a room needs a home. */
export interface Need {
  /** Whether only for others' sake. */
  readonly isRelay: boolean;
  /** 0 for the best home. */
  readonly rank: number;
}

interface HomeLink {
  readonly origin: string;
  readonly needs: Map<RoomHash, Need>;
  link: Link | undefined;
  failures: number;
  /** Since when it is dialled, and when it was last; undefined once it has answered. */
  triedSince: number | undefined;
  dialledAt: number | undefined;
  retryAt: number;
  missedUntil: number;
  neededAt: number;
}

/** Dials, subscribes and comes back; holds no timer. */
export class HomeLinks implements LinkOwner {
  readonly #clock: Clock;
  readonly #dial: Dial;
  readonly #random: () => number;
  readonly #owner: HomeLinksOwner;
  readonly #homes = new Map<string, HomeLink>();
  #size = 0;
  #isClosing = false;

  constructor({ clock, dial, random, owner }: {
    clock: Clock;
    dial: Dial;
    random: () => number;
    owner: HomeLinksOwner;
  }) {
    this.#clock = clock;
    this.#dial = dial;
    this.#random = random;
    this.#owner = owner;
  }

  /** Links dialled. */
  get size(): number {
    return this.#size;
  }

  /** Whether a link leads to the node at an origin. */
  has(origin: string): boolean {
    return this.#homes.get(origin)?.link !== undefined;
  }

  /** Origins that links lead to. */
  *keys(): Iterable<string> {
    for (const { origin, link } of this.#homes.values()) {
      if (link !== undefined) yield origin;
    }
  }

  /** Homes that rooms need and no link leads to. */
  get missing(): number {
    let count = 0;
    for (const { needs, link } of this.#homes.values()) {
      if (needs.size > 0 && !link?.isReady) count++;
    }
    return count;
  }

  /** Subscribes to a room at a home; again when the need has changed. */
  join(origin: string, room: RoomHash, need: Need): void {
    let home = this.#homes.get(origin);
    if (home === undefined) {
      home = {
        ...{ origin, needs: new Map(), link: undefined },
        ...{ failures: 0, triedSince: undefined, dialledAt: undefined },
        ...{ retryAt: 0, missedUntil: 0, neededAt: 0 },
      };
      this.#homes.set(origin, home);
    }
    const before = home.needs.get(room);
    home.needs.set(room, need);
    if (before?.isRelay !== need.isRelay && home.link?.isReady) {
      this.#subscribe(home.link, room, need);
    }
    this.#dialIfDue(home);
  }

  /** Ends a subscription. */
  part(origin: string, room: RoomHash): void {
    const home = this.#homes.get(origin);
    if (!home?.needs.delete(room)) return;
    home.neededAt = this.#clock.now();
    const { link } = home;
    if (!link?.rooms.delete(room)) return;
    link.send(formatLinkFrame({ type: "unsubscribe", room }));
    this.#owner.parted(link, room);
  }

  /** To be called about once a second: dials again, ends what nobody needs. */
  tick(now: number): void {
    const waiting: HomeLink[] = [];
    for (const home of this.#homes.values()) {
      const { origin, needs, link, neededAt, missedUntil } = home;
      link?.tick(now);
      this.#lookElsewhereIfDue(home, now);
      if (needs.size > 0 || now < missedUntil) {
        if (link === undefined) waiting.push(home);
      } else if (now - neededAt > IDLE_MS) {
        link?.close("idle");
        if (link === undefined) this.#homes.delete(origin);
      }
    }
    const best = waiting.filter(isBestForAny);
    for (const home of new Set([...best, ...waiting])) this.#dialIfDue(home);
  }

  close(): void {
    this.#isClosing = true;
    for (const { link } of this.#homes.values()) link?.close("closing");
  }

  ready(link: Link): void {
    const home = this.#homeOf(link);
    home.failures = 0;
    home.triedSince = home.dialledAt = undefined;
    for (const [room, need] of home.needs) this.#subscribe(link, room, need);
    this.#owner.ready(link);
    if (home.missedUntil === 0) return;
    home.missedUntil = 0;
    home.neededAt = this.#clock.now();
    this.#owner.available(home.origin);
  }

  receive: LinkOwner["receive"] = (link, frame) =>
    this.#owner.receive(link, frame);

  drained(link: Link): void {
    this.#owner.drained(link);
  }

  closed(link: Link, end: LinkEnd): void {
    const home = this.#homeOf(link);
    home.link = undefined;
    this.#size--;
    this.#owner.closed(link, end);
    const now = this.#clock.now();
    if (end === "displaced") home.retryAt = now + DISPLACED_MS;
    if (OWN_ENDS.has(end)) return;
    const delayMs = Math.min(1000 * 2 ** home.failures, MAX_BACKOFF_MS);
    const triedMs = now - (home.dialledAt ?? now);
    home.retryAt = now + delayMs * (0.5 + this.#random()) - triedMs;
    home.failures++;
    if (end === "busy" || end === "other-protocol") {
      this.#owner.unavailable(home.origin);
    }
  }

  #lookElsewhereIfDue(home: HomeLink, now: number): void {
    const { origin, needs, triedSince = now, missedUntil } = home;
    if (needs.size === 0 || now < missedUntil) return;
    if (now - triedSince < PATIENCE_MS) return;
    home.missedUntil = now + MISSED_MS;
    this.#owner.unavailable(origin);
  }

  #homeOf({ peer }: Link): HomeLink {
    return this.#homes.get(peer.origin!)!;
  }

  #subscribe(link: Link, room: RoomHash, { isRelay }: Need): void {
    const isNew = !link.rooms.has(room);
    link.rooms.add(room);
    const frame = { type: "subscribe", room, relay: isRelay } as const;
    link.send(formatLinkFrame(frame));
    if (isNew) this.#owner.joined(link, room);
  }

  #dialIfDue(home: HomeLink): void {
    const { origin, link, retryAt } = home;
    if (link !== undefined || this.#isClosing) return;
    if (this.#clock.now() < retryAt || !this.#hasPlaceFor(home)) return;
    this.#size++;
    home.dialledAt = this.#clock.now();
    home.triedSince ??= home.dialledAt;
    home.link = new Link(this.#dial(origin), {
      clock: this.#clock,
      owner: this,
      peer: { origin, source: origin },
    });
  }

  /**
   * At the bound every room can have its best home before any has a second one:
   * two nodes meet in a room as long as they share one.
   */
  #hasPlaceFor(home: HomeLink): boolean {
    if (this.#size < SERVER_LIMITS.linksDialled) return true;
    if (!isBestForAny(home)) return false;
    const [least] = [...this.#homes.values()]
      .filter((other) => other.link !== undefined && !isBestForAny(other))
      .sort((a, b) => a.needs.size - b.needs.size);
    least?.link?.close("displaced");
    return false; // in a second there is
  }
}

function isBestForAny({ needs }: HomeLink): boolean {
  for (const { rank } of needs.values()) if (rank === 0) return true;
  return false;
}
