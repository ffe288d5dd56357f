/** What an operator can set of the DHT. */

import type { Contact } from "./mesh/dht/contacts.ts";

/** A node without, or one in BitTorrent's DHT or another of its kind. */
export type DhtConfig = { readonly kind: "none" } | JoinedDhtConfig;

/** A node of a DHT. */
export interface JoinedDhtConfig {
  readonly kind: "joined";
  /** UDP port; 0 chooses a free one. */
  readonly port: number;
  /** Whether a port that is taken is an error, since somebody asked for it. */
  readonly isPortExplicit: boolean;
  /** Whom to ask first; null for the public routers. */
  readonly bootstrap: readonly Contact[] | null;
}

/** Several, of different operators: some have been dead for months. */
export const PUBLIC_ROUTERS: readonly Contact[] = [
  { host: "router.bittorrent.com", port: 6881 },
  { host: "dht.transmissionbt.com", port: 6881 },
  { host: "dht.libtorrent.org", port: 25_401 },
  { host: "router.utorrent.com", port: 6881 },
];

/** A DHT that was told nothing. */
export const DEFAULT_DHT: JoinedDhtConfig = Object.freeze({
  kind: "joined",
  port: 6881,
  isPortExplicit: false,
  bootstrap: null,
});
