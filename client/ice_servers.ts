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
  /** What was bought has been renewed: connections may need it to restart. */
  readonly onRenewed: (servers: RTCIceServer[]) => void;
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
  #bought: Promise<RTCIceServer[]> | undefined;
  #withoutTurn: string | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;

  constructor(options: IceServersOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#forget());
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
    if (this.hasRelay && node) this.#bought ??= this.#buy(node);
    return [...await this.free(), ...await this.#bought ?? []];
  }

  async #buy(
    node: NodeClient,
    renew?: TurnReceipt,
  ): Promise<RTCIceServer[]> {
    const { signal, isInUse, onPaid, onRenewed, onError } = this.#options;
    try {
      const receipt = await node.buyTurnCredential({ renew, signal });
      const { urls, username, credential, ttl, cost } = receipt;
      onPaid(cost);
      const servers = [{ urls, username, credential }];
      if (renew) onRenewed([...await this.free(), ...servers]);
      this.#renewal = setTimeout(() => {
        this.#bought = isInUse() ? this.#buy(node, receipt) : undefined;
      }, ttl * 1000 * RENEW_AT);
      if (signal.aborted) this.#forget();
      return servers;
    } catch (error) {
      this.#forget(); // whoever needs one next buys anew
      const { code } = error as NodeRefusalError;
      if (code === "no-turn") this.#withoutTurn = node.origin;
      else if (!signal.aborted) onError(error);
      return [];
    }
  }

  #forget(): void {
    clearTimeout(this.#renewal);
    this.#bought = undefined;
  }
}
