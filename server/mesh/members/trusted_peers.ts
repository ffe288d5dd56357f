/** The nodes that the operator named by `--peers`: tried again for as long as they are not members. */

/** Why one is not; tells the operator once, and again when the reason is another. */
export interface PeerFailure {
  readonly reason: string;
  readonly detail: string;
}

interface Peer {
  dueAtMs: number;
  failure: string | undefined;
}

/** By origin. */
export class TrustedPeers {
  readonly #peers: Map<string, Peer>;
  readonly #retryMs: number;
  readonly #warn: (message: string) => void;

  constructor(
    origins: readonly string[],
    { retryMs, warn }: { retryMs: number; warn: (message: string) => void },
  ) {
    this.#peers = new Map(
      origins.map((origin) => [origin, { dueAtMs: 0, failure: undefined }]),
    );
    this.#retryMs = retryMs;
    this.#warn = warn;
  }

  /** One to be tried now, or undefined; it is not given out again for a minute. */
  next(nowMs: number, isDone: (origin: string) => boolean): string | undefined {
    for (const [origin, peer] of this.#peers) {
      if (peer.dueAtMs > nowMs || isDone(origin)) continue;
      peer.dueAtMs = nowMs + this.#retryMs;
      return origin;
    }
    return undefined;
  }

  noteFailure(origin: string, { reason, detail }: PeerFailure): void {
    const peer = this.#peers.get(origin);
    if (peer === undefined || peer.failure === reason) return;
    peer.failure = reason;
    this.#warn(
      `--peers ${origin} does not answer as a node (${reason}: ${detail}); ` +
        `${adviceOn(reason)} It is tried again every minute.`,
    );
  }

  noteSuccess(origin: string): void {
    const peer = this.#peers.get(origin);
    if (peer !== undefined) peer.failure = undefined;
  }

  /** It is this node itself. */
  forget(origin: string): void {
    this.#peers.delete(origin);
  }
}

function adviceOn(reason: string): string {
  switch (reason) {
    case "private-address":
      return "in a network of your own use --allow-private on all nodes.";
    case "bad-certificate":
      return "its certificate must be of that name and from a known authority, or one " +
        "that DENO_CERT names.";
    case "other-origin":
      return "name it exactly as its own --public-url does.";
    case "no-key":
      return "it runs with --no-mesh.";
    case "other-protocol":
      return "it runs another version: upgrade the older one.";
    default:
      return "look whether it runs and can be reached from here.";
  }
}
