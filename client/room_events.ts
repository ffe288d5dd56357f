/** What a room tells. */

import type { SolveProgress } from "@sigmesh/core";
import type { Receiving } from "./incoming_transfers.ts";
import type { Cost } from "./payment.ts";
import type { Peer } from "./peer.ts";
import type { Received, Sendable } from "./sendable.ts";

/**
 * What a room is doing: choosing a node, paying for its announcement, joined,
 * without a node for a while (peers stay), or left for good.
 */
export type RoomState =
  | "choosing"
  | "solving"
  | "joined"
  | "reconnecting"
  | "left";

/** Why a peer is gone: it said so, or it has fallen silent. */
export type LeaveReason = "left" | "vanished";

/** Events of a {@linkcode Room}; each is an Event with these fields besides. */
export interface RoomEvents {
  /** A peer is connected: what is sent now arrives. */
  peerjoin: Event & { readonly peer: Peer };
  /** A peer is gone. */
  peerleave: Event & { readonly peer: Peer; readonly reason: LeaveReason };
  /** A peer has sent something. */
  message: Event & { readonly peer: Peer; readonly data: Received };
  /** A peer asks; answer with `respondWith`, at once; what takes a while by a promise. */
  request: Event & {
    readonly peer: Peer;
    readonly data: Received;
    readonly respondWith: (answer: Sendable | Promise<Sendable>) => void;
  };
  /** Something large is arriving: now and then, and at its end. */
  receiving: Event & { readonly peer: Peer; readonly transfer: Receiving };
  /** A peer sends audio or video. */
  track: Event & {
    readonly peer: Peer;
    readonly track: MediaStreamTrack;
    readonly stream: MediaStream | undefined;
  };
  /** The room's state has changed; `detail` says why, for people. */
  state: Event & { readonly state: RoomState; readonly detail: string };
  /** A connection to a peer is being made, by relay or directly, or was given up. */
  connecting: Event & {
    readonly peerId: string;
    readonly state: "direct" | "relayed" | "failed";
  };
  /** A post is being paid for. */
  mining: Event & { readonly progress: SolveProgress };
  /** A post was paid for and taken. */
  paid: Event & { readonly cost: Cost };
  /** Something failed; the room goes on. */
  error: Event & { readonly error: unknown };
}

/** An event with these fields. */
export function roomEvent<K extends keyof RoomEvents>(
  type: K,
  fields: Omit<RoomEvents[K], keyof Event>,
): RoomEvents[K] {
  return Object.assign(new Event(type), fields) as RoomEvents[K];
}

/** Asks the listeners of a room; undefined when none answers. */
export function dispatchRequest(
  room: EventTarget,
  { peer, data }: { peer: Peer; data: Received },
): Promise<Sendable> | undefined {
  let answer: Promise<Sendable> | undefined;
  let isOver = false;
  room.dispatchEvent(roomEvent("request", {
    peer,
    data,
    respondWith(value) {
      if (isOver) {
        throw new DOMException(
          "Too late: answer at once, with a promise",
          "InvalidStateError",
        );
      }
      answer ??= Promise.resolve(value);
    },
  }));
  isOver = true;
  return answer;
}
