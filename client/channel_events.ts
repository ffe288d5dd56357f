/** What a channel tells: messages, its state, what was lost. */

/** A message of the room. */
export class ChannelMessageEvent extends Event {
  /** The same on every node. */
  readonly id: string;
  /** The post, as sent. */
  readonly data: string;

  /** Made by the channel. */
  constructor(id: string, data: string) {
    super("message");
    this.id = id;
    this.data = data;
  }
}

/** What a channel is doing. */
export type ChannelState =
  | "connecting"
  | "open"
  | "reconnecting"
  | "paused"
  | "closed";

/** The channel's state or its node has changed. */
export class ChannelStateEvent extends Event {
  /** The new state. */
  readonly state: ChannelState;
  /** Why, when something failed; then the event comes though the state may be the same. */
  readonly cause: unknown;
  /** Origin of the node that is used, once there is one. */
  readonly node: string | undefined;

  /** Made by the channel. */
  constructor(state: ChannelState, cause: unknown, node?: string) {
    super("state");
    this.state = state;
    this.cause = cause;
    this.node = node;
  }
}

/** Events of a {@linkcode Channel}. */
export interface ChannelEvents {
  /** A message, each once, one's own included. */
  message: ChannelMessageEvent;
  /** State or node have changed, or something failed. */
  state: ChannelStateEvent;
  /** Messages were lost on the way: they are older than the node's history. */
  resync: Event;
}
