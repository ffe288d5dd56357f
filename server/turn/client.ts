/** Whoever sends to the server, as the layers above sockets see them. */

import type { Allocation } from "./allocation.ts";
import type { DropReason } from "./tally.ts";
import type { TurnEndpoint } from "./turn_server.ts";

/** One end of RFC 8656's 5-tuple; the listener is the other. */
export interface Client {
  readonly transport: TurnEndpoint["transport"];
  /** Normalised. */
  readonly address: string;
  readonly port: number;
  /** What it holds. A client without one is forgotten as soon as it is answered. */
  readonly allocation: Allocation | undefined;
  /** The bytes may be overwritten as soon as this returns; tells why they were dropped, if they were. */
  send(bytes: Uint8Array): DropReason | undefined;
  /** From now on what comes from there belongs to this allocation. */
  hold(allocation: Allocation): void;
  /** Undoes that. */
  release(): void;
}

/** Names a client among all. */
export function nameOf({ transport, address, port }: Client): string {
  return `${transport} ${address} ${port}`;
}
