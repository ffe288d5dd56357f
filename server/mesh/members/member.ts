/** What the mesh knows of another node, and what other parts may ask of it. */

/** A node that answered a probe. The same object for as long as it is a member; its fields follow. */
export interface Member {
  /** `https://node.example`. */
  readonly origin: string;
  /** Ed25519 public key, base64url of 32 bytes: by it its tokens are known. */
  readonly key: string;
  /** The /24 or /48 of its address; of a private address the origin. */
  readonly network: string;
  /** Price of a post, in bits. */
  readonly height: number;
  /** Of the last probe, connecting included. */
  readonly roundTripMs: number;
  /** By how much its clock is ahead of ours, to about a second. */
  readonly clockOffsetMs: number;
  /** Unix time of the last answer. */
  readonly seenAtMs: number;
  /** Probes in a row that were not answered. */
  readonly failures: number;
}

/** A node has joined, or has left; one that moves to another network does both, as what it was and as what it is. */
export interface MemberChange {
  readonly member: Pick<Member, "origin" | "network">;
  readonly isMember: boolean;
}

/** The other nodes that this one knows. */
export interface Members {
  readonly size: number;
  all(): Iterable<Member>;
  find(origin: string): Member | undefined;
  /** Runs when a node has joined or left; the returned function ends that. */
  onChange(listener: (change: MemberChange) => void): () => void;
  /**
   * Takes a hint that there is a node. `source` is who said so, as far as it
   * cannot choose its name: an origin that was probed, an address block.
   */
  hear(origin: string, source: string): void;
}

/** The nodes that this one has links to; a Map or Set by origin is one. */
export interface Links {
  has(origin: string): boolean;
  keys(): Iterable<string>;
}

/** A hint from the DHT: something of the mesh may answer there. */
export interface HostHint {
  /** IPv4 address. */
  readonly host: string;
  readonly port: number;
}
