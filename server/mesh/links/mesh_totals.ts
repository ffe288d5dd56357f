/** What this node has done for the mesh since the start: running totals. */

import type { LinkEnd } from "./link.ts";
import type { RelayRefusal } from "./relay_check.ts";

/** Counted by federation, read by anybody. */
export class MeshTotals {
  /** Messages that came by links, copies included. */
  received = 0;
  /** Those that were taken. */
  taken = 0;
  /** Messages sent over links, once for each link; replays are left out. */
  sent = 0;
  /** Rooms left since this node was loaded. */
  left = 0;
  /** Rooms that a link asked for and was not given. */
  turnedAway = 0;
  readonly refused: Record<
    RelayRefusal | "not-subscribed" | "no-room",
    number
  > = {
    "not-subscribed": 0,
    "no-room": 0,
    "malformed": 0,
    "expired": 0,
    "from-future": 0,
    "forgotten": 0,
    "duplicate": 0,
    "too-much-of-origin": 0,
    "too-much-in-room": 0,
    "too-much-of-strangers": 0,
    "too-little-work": 0,
    "unsigned": 0,
    "forged": 0,
    "busy": 0,
  };
  readonly ended: Record<LinkEnd, number> = {
    "lost": 0,
    "busy": 0,
    "silent": 0,
    "malformed": 0,
    "other-protocol": 0,
    "unread": 0,
    "displaced": 0,
    "idle": 0,
    "closing": 0,
  };
}
