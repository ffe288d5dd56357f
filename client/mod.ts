/**
 * Browser library of the WebRTC signaling mesh, in three levels:
 * {@linkcode joinRoom} connects the peers of a room; {@linkcode openChannel}
 * opens a signaling channel for those who bring their own RTCPeerConnection;
 * {@linkcode NodeClient} speaks one node's HTTP API.
 *
 * ```ts ignore
 * import { joinRoom } from "@sigmesh/client";
 *
 * const nodes = ["https://node.example"];
 * const room = await joinRoom({ app: "chess" }, "table-7", { nodes });
 * room.addEventListener("peerjoin", ({ peer }) => peer.send("hello"));
 * room.addEventListener("message", ({ data }) => console.log(data));
 * ```
 *
 * @module
 */

export { joinRoom } from "./join_room.ts";
export { Room } from "./room.ts";
export type { RoomOptions, RoomSendOptions } from "./room_options.ts";
export type { LeaveReason, RoomEvents, RoomState } from "./room_events.ts";
export type { Peer, PeerStats } from "./peer.ts";
export type { RequestOptions } from "./data_link.ts";
export type { Receiving } from "./incoming_transfers.ts";
export type {
  JsonValue,
  Received,
  Sendable,
  SendOptions,
  TransferProgress,
} from "./sendable.ts";
export { TransferError } from "./transfer_error.ts";
export type { TypedEventTarget } from "./typed_events.ts";
export {
  Channel,
  type ChannelOptions,
  type ChannelPostOptions,
  openChannel,
} from "./channel.ts";
export {
  type ChannelEvents,
  ChannelMessageEvent,
  type ChannelState,
  ChannelStateEvent,
} from "./channel_events.ts";
export {
  NodeProtocolError,
  NodeRefusalError,
  NodesUnreachableError,
  NodeUnreachableError,
  PriceTooHighError,
} from "./errors.ts";
export {
  type BuyOptions,
  type CallOptions,
  NodeClient,
  type NodeClientOptions,
  type PostOptions,
  type PostReceipt,
  type TurnCredentialOptions,
  type TurnReceipt,
} from "./node_client.ts";
export type { NodeName } from "./node_selector.ts";
export type { Page } from "./page.ts";
export type { Cost } from "./payment.ts";
export { solve } from "@sigmesh/core";
