/** How a room is joined, and how is sent to it. */

import type { ChannelOptions } from "./channel.ts";
import type { Peer } from "./peer.ts";
import type { Room } from "./room.ts";
import type { SendOptions, TransferProgress } from "./sendable.ts";

/** Options of {@linkcode joinRoom}. */
export interface RoomOptions extends Omit<ChannelOptions, "sinceSeconds"> {
  /** Origins of nodes. Default: the node that served this module. */
  readonly nodes?: string | URL | readonly (string | URL)[] | undefined;
  /** Leaves the room; before it is joined, gives that up. */
  readonly signal?: AbortSignal | undefined;
  /** Only who knows it meets the others and can read what they say. */
  readonly password?: string | undefined;
  /** STUN and TURN servers of your own, used besides the node's. */
  readonly iceServers?: readonly RTCIceServer[] | undefined;
  /** `relay`: peers do not learn each other's addresses; TURN is bought at once. Default `all`. */
  readonly iceTransportPolicy?: RTCIceTransportPolicy | undefined;
  /** Peers at most. Default 64: each one is connected to every other. */
  readonly maxPeers?: number | undefined;
  /** Called with the room before it is joined: for those who show how joining goes. */
  readonly onRoom?: ((room: Room) => void) | undefined;
  /** Where the platform has none: the class of a package, such as `werift`'s. */
  readonly RTCPeerConnection?: unknown;
}

/** Options of {@linkcode Room.send}. */
export interface RoomSendOptions extends Omit<SendOptions, "onProgress"> {
  /** One peer's id or several. Default: all peers. */
  readonly to?: string | readonly string[] | undefined;
  /** Called while something large is sent, for each peer. */
  readonly onProgress?:
    | ((progress: TransferProgress, peer: Peer) => void)
    | undefined;
}
