/** A client's relayed address and all that belongs to it, RFC 8656, section 3.2. */

import type { TransportAddress } from "./attributes.ts";
import type { Holder } from "./authenticator.ts";
import type { ByteBudget } from "./byte_budget.ts";
import type { Client } from "./client.ts";
import type { IpFamily } from "./ip.ts";
import type { Peers } from "./peers.ts";
import type { RelaySocket } from "./relay_ports.ts";

/** Lives until it expires, its client ends it or goes, or it gives way to another. */
export interface Allocation {
  readonly client: Client;
  /** Who may change it. */
  readonly holder: Holder;
  /** Whom it counts for. */
  readonly block: string;
  readonly relay: RelaySocket;
  readonly relayed: TransportAddress;
  /** The address of `relayed`, as text. */
  readonly relayedText: string;
  readonly family: IpFamily;
  readonly peers: Peers;
  readonly budget: ByteBudget;
  /** A retransmission of this request gets this answer again. */
  readonly made: {
    readonly transactionId: Uint8Array;
    readonly answer: Uint8Array;
  };
  /** Unix milliseconds. */
  expiresAt: number;
}

/** The port beside an even one, kept for whoever shows the token. */
export interface Reservation {
  readonly token: string;
  readonly username: string;
  readonly block: string;
  readonly family: IpFamily;
  readonly relay: RelaySocket;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}
