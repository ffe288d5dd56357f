/** The seam below a link: a WebSocket, or in a simulation something else that carries texts in order. */

/** What a socket tells; never while one of its own methods runs. */
export interface LinkSocketEvents {
  opened(): void;
  received(text: string): void;
  /** What waited for the other node to read has left this process. */
  drained(): void;
  /** Once, whoever ended it, also when it never opened. */
  closed(isBusy: boolean): void;
}

/** Carries texts between two nodes. */
export interface LinkSocket {
  /** To be set in the turn in which the socket was got. */
  events: LinkSocketEvents | undefined;
  readonly isOpen: boolean;
  /** Bytes sent that have not left this process. */
  readonly unsentBytes: number;
  /** Sends, once open; after the end it does nothing. */
  send(text: string): void;
  /** Stops reading for a while, so that the other side has to wait. */
  pause(): void;
  resume(): void;
  /** Ends the connection at once. */
  destroy(): void;
  /** Tells the other side that this one has no place for it, and ends. */
  endBusy(): void;
}

/** Opens a socket to the node at an origin; what goes wrong is told by `closed`. */
export type Dial = (origin: string) => LinkSocket;
