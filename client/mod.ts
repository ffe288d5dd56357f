/**
 * Browser library of the WebRTC signaling mesh. {@linkcode NodeClient} speaks
 * one node's HTTP API; {@linkcode openChannel} opens a signaling channel for
 * those who bring their own RTCPeerConnection.
 *
 * @module
 */

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
  NodeUnreachableError,
  PriceTooHighError,
} from "./errors.ts";
export {
  type CallOptions,
  NodeClient,
  type NodeClientOptions,
  type PostOptions,
  type PostReceipt,
  type TurnCredentialOptions,
  type TurnReceipt,
} from "./node_client.ts";
export type { Cost } from "./payment.ts";
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
export { measureHashRate, solve } from "@sigmesh/core";
