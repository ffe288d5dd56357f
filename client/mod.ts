/**
 * Browser library of the WebRTC signaling mesh. {@linkcode NodeClient} speaks
 * one node's HTTP API; {@linkcode openChannel} opens a signaling channel for
 * those who bring their own RTCPeerConnection.
 *
 * @module
 */

export {
  Channel,
  type ChannelEvents,
  ChannelMessageEvent,
  type ChannelOptions,
  type ChannelPostOptions,
  type ChannelState,
  ChannelStateEvent,
  openChannel,
} from "./channel.ts";
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
} from "./node_client.ts";
export type { Cost } from "./payment.ts";
export { measureHashRate, solve } from "@sigmesh/core";
