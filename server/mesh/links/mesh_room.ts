/** One room as the mesh sees it from this node: who wants it, which links carry it. */

import type { RoomHash } from "@sigmesh/core/wire";
import { type Home, type Seed, seedOf } from "./homes.ts";
import type { Link } from "./link.ts";

/** Holds no timer. Exists while anybody wants the room, here or by a link. */
export class MeshRoom {
  readonly hash: RoomHash;
  readonly seed: Seed;
  /** Whether it is active on this node itself. */
  isLocal = false;
  /** All links that carry it: guests', and those to homes. */
  readonly links = new Set<Link>();
  /** Who subscribed to it here; true when for others' sake. */
  readonly guests = new Map<Link, boolean>();
  /** Its homes as last computed; empty while nobody needs them. */
  homes: readonly Home[] = [];
  /** Homes that were joined, and until when those are kept that are none any more. */
  readonly joined = new Map<string, number>();
  /** Homes that have asked to be left, and until when they are. */
  readonly refusals = new Map<string, number>();

  constructor(hash: RoomHash) {
    this.hash = hash;
    this.seed = seedOf(hash);
  }

  /**
   * Whether this node has to join the room's homes: for its own sake, or for a
   * guest's who takes it for one. Not for another home: two homes would keep each
   * other's rooms active for ever.
   */
  get isRooted(): boolean {
    if (this.isLocal) return true;
    for (const isRelay of this.guests.values()) if (!isRelay) return true;
    return false;
  }

  get isWanted(): boolean {
    return this.isLocal || this.guests.size > 0;
  }
}
