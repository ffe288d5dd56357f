/** The other nodes, as the rest of the mesh sees them. */

/** A node that answered a probe. */
export interface Member {
  /** Public origin: `https://node.example`. */
  readonly origin: string;
  /** Ed25519 public key, 32 bytes in base64url, as the node itself answered it. */
  readonly key: string;
  /** What is scarce about it: the probed /24 or /48; the origin for private addresses. */
  readonly network: string;
  /** Its price at the last probe, in bits. */
  readonly height: number;
  readonly roundTripMs: number;
  readonly clockOffsetMs: number;
  readonly seenAtMs: number;
  readonly failures: number;
}

/** Who is in the mesh, this node left out. */
export interface Members {
  readonly size: number;
  all(): Iterable<Member>;
  find(origin: string): Member | undefined;
  /** Runs when a node has joined, left or moved to another network; the returned function ends that. */
  onChange(listener: () => void): () => void;
  /** Takes a hint that there is a node at an origin. `source` is who hinted, for rationing. */
  hear(origin: string, source: string): void;
}
