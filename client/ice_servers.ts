/** STUN and TURN servers for a room's connections; TURN is bought when it is needed. */

import type { NodeRefusalError } from "./errors.ts";
import type { NodeClient, TurnReceipt } from "./node_client.ts";
import type { Cost } from "./payment.ts";

/** Options of {@linkcode IceServers}. */
export interface IceServersOptions {
  /** The application's own servers; used besides the node's. */
  readonly own: readonly RTCIceServer[];
  /** The node that is used now. */
  readonly node: () => NodeClient | undefined;
  /** Whether anything still uses what was bought. */
  readonly isInUse: () => boolean;
  readonly onPaid: (cost: Cost) => void;
  readonly onError: (error: unknown) => void;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** A credential in use is renewed after this share of its life. */
const RENEW_AT = 0.5;

/** One room's servers. Nothing here rejects: what cannot be had is done without. */
export class IceServers {
  readonly #options: IceServersOptions;
  /** Of which node the STUN URLs are. */
  #origin: string | undefined;
  #stun: Promise<readonly string[]> = Promise.resolve([]);
  /** By node, since its TURN dies with it. */
  readonly #bought = new Map<NodeClient, Promise<RTCIceServer[]>>();
  readonly #renewals = new Map<NodeClient, ReturnType<typeof setTimeout>>();
  #withoutTurn: string | undefined;

  constructor(options: IceServersOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => {
      for (const node of this.#bought.keys()) this.#forget(node);
    });
  }

  /** Whether the present node sells TURN, as far as is known. */
  get hasRelay(): boolean {
    return this.#withoutTurn !== this.#options.node()?.origin;
  }

  /** Those that cost nothing. */
  async free(): Promise<RTCIceServer[]> {
    const { own, node, signal } = this.#options;
    const present = node();
    if (present?.origin !== this.#origin) {
      this.#origin = present?.origin;
      this.#stun = present!.facts({ signal }).then(
        ({ stun }) => stun,
        () => {
          this.#origin = undefined; // asked again next time
          return [];
        },
      );
    }
    const urls = await this.#stun;
    return urls.length > 0 ? [...own, { urls: [...urls] }] : [...own];
  }

  /** Those and TURN, bought once for all connections. */
  async withRelays(): Promise<RTCIceServer[]> {
    const node = this.#options.node();
    const bought = this.hasRelay && node
      ? this.#bought.get(node) ?? this.#buy(node)
      : [];
    return [...await this.free(), ...await bought];
  }

  #buy(node: NodeClient, renew?: TurnReceipt): Promise<RTCIceServer[]> {
    const servers = this.#pay(node, renew);
    this.#bought.set(node, servers);
    return servers;
  }

  async #pay(
    node: NodeClient,
    renew: TurnReceipt | undefined,
  ): Promise<RTCIceServer[]> {
    const { signal, isInUse, onPaid, onError } = this.#options;
    try {
      const receipt = await node.buyTurnCredential({ renew, signal });
      const { urls, username, credential, ttl, cost } = receipt;
      onPaid(cost);
      const servers = [{ urls, username, credential }];
      const renewal = setTimeout(
        () => isInUse() ? this.#buy(node, receipt) : this.#forget(node),
        ttl * 1000 * RENEW_AT,
      );
      this.#renewals.set(node, renewal);
      if (signal.aborted) this.#forget(node);
      return servers;
    } catch (error) {
      this.#forget(node); // whoever needs one next buys anew
      const { code } = error as NodeRefusalError;
      if (code === "no-turn") this.#withoutTurn = node.origin;
      else if (!signal.aborted) onError(error);
      return [];
    }
  }

  #forget(node: NodeClient): void {
    clearTimeout(this.#renewals.get(node));
    this.#bought.delete(node);
  }
}
