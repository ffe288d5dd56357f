/** What the STUN/TURN server is told, and what others may ask of it. */

/** A file's text, not its name: the worker reads nothing. */
export interface TurnCertificate {
  /** Chain, PEM. */
  readonly cert: string;
  /** Private key, PEM. */
  readonly key: string;
}

/** Plain data: it is sent to a worker. */
export interface TurnOptions {
  /** Addresses to listen on; one that the host does not have is left out, unless it is the only one. */
  readonly hosts: readonly string[];
  /** Port of UDP and TCP; 0 chooses a free one. */
  readonly port: number;
  /** Port of TLS, which is served when there is a certificate. */
  readonly tlsPort: number;
  readonly certificate: TurnCertificate | null;
  /** First and last port that relayed addresses may have. */
  readonly relayPorts: { readonly least: number; readonly most: number };
  /** Address that clients are told instead of the host's own: that of the NAT before it. */
  readonly externalIp: string | null;
  /** Signs credentials; the node shares it with the server. */
  readonly secret: string;
  /** Whether private and loopback peers are relayed to. */
  readonly allowPrivate: boolean;
}

/** Where the server listens. */
export interface TurnEndpoint {
  readonly transport: "udp" | "tcp" | "tls";
  readonly address: string;
  readonly port: number;
}

/** Running totals since the start, and what is so now. */
export interface TurnTotals {
  /** Allocations now. */
  readonly allocations: number;
  /**
   * Those of them that nobody would have to give up for a newcomer: of each
   * credential the first few. Scarcity is measured by these.
   */
  readonly firmAllocations: number;
  /** Allocations that the server can hold. */
  readonly capacity: number;
  /** Relayed in the last second, both ways; and the most that is relayed in one. */
  readonly bytesPerSecond: number;
  readonly maxBytesPerSecond: number;
  /** Over TCP and TLS, now. */
  readonly connections: number;
  readonly allocationsMade: number;
  /** What gave way to others at a bound. */
  readonly displaced: Readonly<Record<"allocation" | "connection", number>>;
  /** By direction, seen from the client. */
  readonly relayedPackets: { readonly sent: number; readonly received: number };
  readonly relayedBytes: { readonly sent: number; readonly received: number };
  /** Requests answered with an error, by its code. */
  readonly refused: Readonly<Record<string, number>>;
  /** What was dropped without an answer, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Errors inside the server that a listener caught. */
  readonly faults: number;
}

/** Of a server that there is not. */
export const NO_TOTALS: TurnTotals = {
  allocations: 0,
  firmAllocations: 0,
  capacity: 0,
  bytesPerSecond: 0,
  maxBytesPerSecond: 0,
  connections: 0,
  allocationsMade: 0,
  displaced: { allocation: 0, connection: 0 },
  relayedPackets: { sent: 0, received: 0 },
  relayedBytes: { sent: 0, received: 0 },
  refused: {},
  dropped: {},
  faults: 0,
};

/** A running server, in this thread or in a worker. */
export interface TurnServer {
  readonly endpoints: readonly TurnEndpoint[];
  /** Of a worker at most a second old. */
  readonly totals: TurnTotals;
  /** Resolves when the server is no more: with the fault that ended it, or undefined after `close()`. */
  readonly ended: Promise<unknown>;
  /** Lets a credential that was paid for again live until then, Unix seconds. */
  renew(username: string, expiresAt: number): void;
  /** Shows a new certificate to who comes now; connections go on with theirs. */
  setCertificate(certificate: TurnCertificate): void;
  /** Ends allocations and listeners. */
  close(): Promise<void>;
}
