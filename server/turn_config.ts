/** What an operator can set of STUN and TURN. */

/** None, the node's own server, or somebody else's that shares a secret with the node. */
export type TurnConfig =
  | { readonly kind: "none" }
  | EmbeddedTurnConfig
  | ExternalTurnConfig;

/** The node's own server. */
export interface EmbeddedTurnConfig {
  readonly kind: "embedded";
  /** Port of UDP and TCP; 0 chooses a free one. */
  readonly port: number;
  /** Whether a port that is taken is an error, since somebody asked for it. */
  readonly isPortExplicit: boolean;
  /** The same for TLS, served when there is a certificate. */
  readonly tlsPort: number;
  readonly isTlsPortExplicit: boolean;
  /** Files of a certificate of its own, PEM; null for that of the node. */
  readonly certificate: { readonly cert: string; readonly key: string } | null;
  /** First and last port that relayed addresses have. */
  readonly relayPorts: { readonly least: number; readonly most: number };
  /** Address that clients are told, that of the NAT before the node. */
  readonly externalIp: string | null;
  /** Whether peers in private networks and on this machine are relayed to. */
  readonly allowPrivate: boolean;
}

/** coturn, eturnal or another server that knows the TURN REST form. */
export interface ExternalTurnConfig {
  readonly kind: "external";
  readonly urls: readonly string[];
  readonly secret: string;
}

/** A TURN server that was told nothing. */
export const DEFAULT_TURN: EmbeddedTurnConfig = Object.freeze({
  kind: "embedded",
  port: 3478,
  isPortExplicit: false,
  tlsPort: 5349,
  isTlsPortExplicit: false,
  certificate: null,
  relayPorts: { least: 49_152, most: 49_663 },
  externalIp: null,
  allowPrivate: false,
});
