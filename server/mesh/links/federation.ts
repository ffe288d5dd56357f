/**
 * A room is one room on all nodes: joins each room that is active here at its
 * homes, and passes every message on once, over all links that carry its room
 * except the one it came by.
 */

import type { verify } from "@sigmesh/core";
import type { RoomHash } from "@sigmesh/core/wire";
import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import { type Effort, EFFORT_US } from "../../load/effort.ts";
import type { Message } from "../../rooms/history.ts";
import type { RoomObserver, RoomRegistry } from "../../rooms/room_registry.ts";
import { decodeMessage } from "../../rooms/sse.ts";
import { GuestLinks } from "./guest_links.ts";
import { HomeKeeper } from "./home_keeper.ts";
import { HomeLinks, type HomeLinksOwner } from "./home_links.ts";
import type { Candidate, Ranking } from "./homes.ts";
import type { Link, LinkEnd } from "./link.ts";
import {
  formatLinkFrame,
  type LinkFrame,
  type RelayedPost,
} from "./link_frame.ts";
import type { Dial } from "./link_socket.ts";
import type { Members } from "../members/member.ts";
import { MeshRoom } from "./mesh_room.ts";
import { RelayCheck, type RelayVerdict } from "./relay_check.ts";
import { MeshTotals } from "./mesh_totals.ts";
import { Replays } from "./replays.ts";
import type { VerifyToken } from "./token_signatures.ts";

const TICK_MS = 1000;
/** Characters of a token, with which a stamp begins. */
const TOKEN_CHARACTERS = 31;
/** Rooms that a loaded home leaves in a second. */
const LEFT_AT_ONCE = 64;

/** This node, as others know it. */
export interface MeshSelf extends Candidate {
  /** Public key, base64url. */
  readonly key: string;
  /** Signs a token under the origin; base64url. */
  sign(token: string): Promise<string>;
}

/** What federation works with. */
export interface FederationOptions {
  readonly clock: Clock;
  readonly rooms: RoomRegistry;
  readonly members: Members;
  /** Undefined for a node without a public origin: it is nobody's home, and its posts are a stranger's. */
  readonly self: MeshSelf | undefined;
  readonly dial: Dial;
  /** Who is home of what; a simulation has its nodes share one. */
  readonly homes?: Ranking | undefined;
  readonly verifyToken: VerifyToken;
  readonly verifyWork?: typeof verify | undefined;
  /** Whether this node has no more to give to rooms that nobody uses here. */
  readonly isLoaded: () => boolean;
  /** Which rooms this node does not carry. */
  readonly isDenied?: (room: RoomHash) => boolean;
  readonly effort: Effort;
  readonly random: () => number;
  readonly onFault: (fault: unknown) => void;
}

/** One node's part in all rooms. */
export class Federation implements RoomObserver, HomeLinksOwner {
  readonly totals = new MeshTotals();
  readonly guests: GuestLinks;
  readonly homes: HomeLinks;
  readonly #options: FederationOptions;
  readonly #rooms = new Map<RoomHash, MeshRoom>();
  readonly #keeper: HomeKeeper;
  readonly #check: RelayCheck;
  readonly #replays: Replays;
  #stop = () => {};

  constructor(options: FederationOptions) {
    const { clock, dial, random, members, self, homes } = options;
    const { verifyToken, verifyWork } = options;
    this.#options = options;
    this.guests = new GuestLinks({ clock, owner: this });
    this.homes = new HomeLinks({ clock, dial, random, owner: this });
    this.#keeper = new HomeKeeper({
      ...{ clock, members, self, homes },
      ...{ links: this.homes, rooms: this.#rooms },
    });
    this.#check = new RelayCheck({
      ...{ clock, verifyToken, verifyWork },
      keyOf: (origin) =>
        origin === self?.origin ? self.key : members.find(origin)?.key,
    });
    this.#replays = new Replays({
      clock,
      framesOf: (room, { isOwnOnly }) => this.#framesOf(room, isOwnOnly),
    });
  }

  /** Rooms that are wanted, here or by links. */
  get size(): number {
    return this.#rooms.size;
  }

  /** Messages remembered, so that they are taken once. */
  get remembered(): number {
    return this.#check.size;
  }

  start(): void {
    this.#stop = this.#options.clock.every(TICK_MS, () => this.#tick());
    this.#options.rooms.observe(this);
  }

  close(): void {
    this.#stop();
    this.#keeper.close();
    this.homes.close();
    this.guests.close();
  }

  activated(hash: RoomHash): void {
    const room = this.#roomOf(hash);
    room.isLocal = true;
    this.#keeper.settle(room);
  }

  deactivated(hash: RoomHash): void {
    const room = this.#roomOf(hash);
    room.isLocal = false;
    this.#settle(room);
  }

  posted(hash: RoomHash, message: Message): void {
    this.#check.notePosted(message.id, message.proof.stamp);
    const room = this.#rooms.get(hash);
    if (room === undefined || room.links.size === 0) return; // told when a link comes
    this.#watch(this.#sendPosted(room, message));
  }

  joined(link: Link, hash: RoomHash): void {
    const room = this.#roomOf(hash);
    room.links.add(link);
    // What guests said before this link was there may have no other way.
    const isOwnOnly = room.guests.size === 0;
    this.#watch(this.#replays.ask(link, { room: hash, isOwnOnly }));
  }

  parted(link: Link, hash: RoomHash): void {
    this.#rooms.get(hash)?.links.delete(link);
  }

  unavailable(origin: string): void {
    this.#keeper.avoid(origin);
  }

  available(origin: string): void {
    this.#keeper.welcome(origin);
  }

  ready(): void {}

  receive(link: Link, frame: LinkFrame): void {
    const isHome = link.peer.origin !== undefined;
    if (frame.type === "message") this.#receiveMessage(link, frame);
    else if (frame.type === "leave" && isHome) this.#left(link, frame.room);
    else if (frame.type === "subscribe" && !isHome) {
      this.#subscribe(link, frame);
    } else if (frame.type === "unsubscribe" && !isHome) {
      this.#unsubscribe(link, frame.room);
    }
  }

  drained(link: Link): void {
    this.#watch(this.#replays.run(link));
  }

  closed(link: Link, end: LinkEnd): void {
    this.totals.ended[end]++;
    this.#replays.forget(link);
    for (const hash of link.rooms) this.#drop(link, hash);
  }

  #subscribe(
    link: Link,
    { room: hash, relay: isRelay }: LinkFrame & { type: "subscribe" },
  ): void {
    this.#options.effort.addUnpaid(EFFORT_US.relayed);
    const isNew = !link.rooms.has(hash);
    if (isNew && !this.#hasPlaceFor(link, hash)) {
      this.totals.turnedAway++;
      return link.send(formatLinkFrame({ type: "leave", room: hash }));
    }
    const room = this.#roomOf(hash);
    link.rooms.add(hash);
    room.links.add(link);
    room.guests.set(link, isRelay);
    this.#keeper.settle(room);
    if (!isNew) return;
    this.#watch(this.#replays.ask(link, { room: hash, isOwnOnly: false }));
  }

  #hasPlaceFor(link: Link, hash: RoomHash): boolean {
    const { isDenied, isLoaded } = this.#options;
    const room = this.#rooms.get(hash);
    if (isDenied?.(hash)) return false;
    if (link.rooms.size >= SERVER_LIMITS.roomsPerLink) return false;
    if (room === undefined && this.size >= SERVER_LIMITS.rooms) return false;
    return room?.isLocal || !isLoaded();
  }

  #unsubscribe(link: Link, hash: RoomHash): void {
    if (link.rooms.delete(hash)) this.#drop(link, hash);
  }

  /** A link carries a room no longer. */
  #drop(link: Link, hash: RoomHash): void {
    const room = this.#rooms.get(hash);
    room?.links.delete(link);
    if (room?.guests.delete(link)) this.#settle(room);
  }

  #left(link: Link, hash: RoomHash): void {
    const room = this.#rooms.get(hash);
    if (room === undefined || !link.rooms.has(hash)) return;
    this.#keeper.refuse(room, link.peer.origin!);
  }

  #settle(room: MeshRoom): void {
    this.#keeper.settle(room);
    if (!room.isWanted) this.#rooms.delete(room.hash);
  }

  #receiveMessage(link: Link, post: RelayedPost): void {
    this.totals.received++;
    const { rooms } = this.#options;
    if (!link.rooms.has(post.room)) return this.#refuse("not-subscribed");
    if (rooms.refusalOfPost(post.room) !== undefined) {
      return this.#refuse("no-room");
    }
    const verdict = this.#check.take(post, link.strangers);
    if (!(verdict instanceof Promise)) return this.#take(link, post, verdict);
    this.#watch(verdict.then((late) => this.#take(link, post, late)));
  }

  #take(link: Link, post: RelayedPost, verdict: RelayVerdict): void {
    if (!verdict.ok) return this.#refuse(verdict.reason);
    const { rooms, members, effort } = this.#options;
    const { room: hash, body, stamp, origin, signature } = post;
    const { id, isStranger, isCopy } = verdict;
    if (isCopy) this.#refuse("duplicate"); // here; elsewhere its signature may be the good one
    else {
      effort.addPaid(EFFORT_US.relayed);
      this.totals.taken++;
      if (isStranger) members.hear(origin, link.peer.source);
      const proof = { stamp, origin, signature, isLocal: false };
      rooms.deliver(hash, { id, body: new TextEncoder().encode(body), proof });
    }
    const room = this.#rooms.get(hash);
    if (room === undefined || room.links.size < 2) return;
    const frame = formatLinkFrame({ type: "message", ...post });
    this.#forward(room, { frame, except: link });
  }

  #refuse(reason: keyof MeshTotals["refused"]): void {
    this.#options.effort.addUnpaid(EFFORT_US.relayed);
    this.totals.refused[reason]++;
  }

  #forward(
    { links }: MeshRoom,
    { frame, except }: { frame: string; except?: Link },
  ): void {
    for (const link of links) {
      if (link === except) continue;
      this.totals.sent++;
      link.send(frame);
    }
  }

  async #sendPosted(room: MeshRoom, message: Message): Promise<void> {
    this.#forward(room, { frame: await this.#frameOf(room.hash, message) });
  }

  /** In one go, so that what is posted meanwhile comes after. */
  #framesOf(hash: RoomHash, isOwnOnly: boolean): Promise<string[]> {
    const messages = this.#options.rooms.recent(hash)
      .filter(({ proof }) => proof.isLocal || !isOwnOnly);
    return Promise.all(messages.map((message) => this.#frameOf(hash, message)));
  }

  async #frameOf(room: RoomHash, { event, proof }: Message): Promise<string> {
    const { stamp, origin, isLocal } = proof;
    const signature = isLocal ? await this.#sign(proof) : proof.signature;
    const body = decodeMessage(event);
    const post = { room, body, stamp, origin, signature };
    return formatLinkFrame({ type: "message", ...post });
  }

  /** Only under the public origin: no other node knows it by another name, and could check. */
  async #sign({ stamp, origin }: Message["proof"]) {
    const { self } = this.#options;
    return self === undefined || self.origin !== origin
      ? undefined
      : await self.sign(stamp.slice(0, TOKEN_CHARACTERS));
  }

  #roomOf(hash: RoomHash): MeshRoom {
    let room = this.#rooms.get(hash);
    if (room === undefined) this.#rooms.set(hash, room = new MeshRoom(hash));
    return room;
  }

  #tick(): void {
    const now = this.#options.clock.now();
    this.guests.tick(now);
    this.homes.tick(now);
    this.#keeper.tick(now);
    if (this.#options.isLoaded()) this.#leaveSome();
    for (const link of this.#replays.waiting()) this.drained(link);
  }

  /** Others find another home for them; rooms that are used here stay. */
  #leaveSome(): void {
    let left = 0;
    for (const room of this.#rooms.values()) {
      if (room.isLocal) continue;
      if (left++ === LEFT_AT_ONCE) return;
      const frame = formatLinkFrame({ type: "leave", room: room.hash });
      for (const link of room.guests.keys()) {
        link.send(frame);
        this.#unsubscribe(link, room.hash);
      }
      this.totals.left++;
    }
  }

  #watch(task: Promise<void>): void {
    task.catch(this.#options.onFault);
  }
}
