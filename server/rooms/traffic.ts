/** What streams have done since the start: running totals, for whoever watches the node. */

import type { RoomRefusal } from "./room_registry.ts";

/** Why a stream ended: its reader left, it was dropped at a bound or gave way to another, or the node closes. */
export type StreamEnd =
  | "left"
  | "queue-full"
  | "stalled"
  | "replaced"
  | "closing";

/** Counted by the registry and its subscribers, read by anybody. */
export class Traffic {
  opened = 0;
  /** Messages, once for each stream that they were handed to. */
  delivered = 0;
  /** Bytes handed to connections. */
  sentBytes = 0;
  readonly ended: Record<StreamEnd, number> = {
    "left": 0,
    "queue-full": 0,
    "stalled": 0,
    "replaced": 0,
    "closing": 0,
  };
  readonly refused: Record<RoomRefusal, number> = {
    "too-many-rooms": 0,
    "too-many-subscribers": 0,
    "too-many-subscribers-per-address": 0,
    "shutting-down": 0,
  };
}
