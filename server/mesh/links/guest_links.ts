/** Links that others dialled to this node: anybody's, hence bounded in all and by address. */

import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import { Link, type LinkEnd, type LinkOwner } from "./link.ts";
import type { LinkSocket } from "./link_socket.ts";

/** Accepts and counts; holds no timer. */
export class GuestLinks implements LinkOwner {
  readonly #clock: Clock;
  readonly #owner: LinkOwner;
  /** The oldest first. */
  readonly #links = new Set<Link>();
  readonly #byBlock = new Map<string, number>();

  constructor({ clock, owner }: { clock: Clock; owner: LinkOwner }) {
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Links accepted. */
  get size(): number {
    return this.#links.size;
  }

  /** Whether an address may have one more. */
  hasPlaceFor(addressBlock: string): boolean {
    const count = this.#byBlock.get(addressBlock) ?? 0;
    return count < SERVER_LIMITS.linksAcceptedPerAddress;
  }

  /** Takes a link. At the bound the one that carries least gives way: its node finds another home. */
  accept(socket: LinkSocket, addressBlock: string): void {
    if (this.#links.size >= SERVER_LIMITS.linksAccepted) this.#displace();
    const link = new Link(socket, {
      clock: this.#clock,
      owner: this,
      peer: { origin: undefined, source: addressBlock },
    });
    this.#links.add(link);
    const count = this.#byBlock.get(addressBlock) ?? 0;
    this.#byBlock.set(addressBlock, count + 1);
  }

  /** To be called about once a second. */
  tick(now: number): void {
    for (const link of this.#links) link.tick(now);
  }

  close(): void {
    for (const link of this.#links) link.close("closing");
  }

  ready(link: Link): void {
    this.#owner.ready(link);
  }

  receive: LinkOwner["receive"] = (link, frame) =>
    this.#owner.receive(link, frame);

  drained(link: Link): void {
    this.#owner.drained(link);
  }

  closed(link: Link, end: LinkEnd): void {
    this.#forget(link);
    this.#owner.closed(link, end);
  }

  #displace(): void {
    let least: Link | undefined;
    for (const link of this.#links) {
      if (least === undefined || link.rooms.size < least.rooms.size) {
        least = link;
      }
    }
    if (least === undefined) return;
    this.#forget(least); // it ends in a while, the new one is here
    least.close("displaced");
  }

  #forget(link: Link): void {
    if (!this.#links.delete(link)) return;
    const { source } = link.peer;
    const count = this.#byBlock.get(source)! - 1;
    if (count > 0) this.#byBlock.set(source, count);
    else this.#byBlock.delete(source);
  }
}
