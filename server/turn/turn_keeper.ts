/** Keeps a TURN server running: starts it, and another when it has died. */

import type { Clock } from "../clock.ts";
import {
  NO_TOTALS,
  type TurnCertificate,
  type TurnEndpoint,
  type TurnOptions,
  type TurnServer,
  type TurnTotals,
} from "./turn_server.ts";

/** Starts a server; rejects, with the system's `code`, when it cannot listen. */
export type StartTurn = (
  options: TurnOptions,
  told: {
    /** Gets errors inside the server; it goes on. */
    readonly onFault: (fault: unknown) => void;
  },
) => Promise<TurnServer>;

/** A server that dies again and again is started at most so often. */
const RESTART_MS = 3000;
/** Closing waits so long for a server that is just being started, which may be stuck. */
const CLOSE_MS = 1500;

/** What a keeper is given. */
export interface TurnKeeperOptions {
  readonly clock: Clock;
  readonly start: StartTurn;
  /** Ports that somebody asked for; the others give way when they are taken. */
  readonly isPortExplicit: boolean;
  readonly isTlsPortExplicit: boolean;
  /** What a new server must know of credentials that were renewed. */
  readonly renewals: () => ReadonlyMap<string, number>;
  readonly warn: (message: string) => void;
  /** Is told of errors inside a server, why it died, or could not be started again. */
  readonly onFault: (fault: unknown) => void;
}

/** One server at a time. Who asks while there is none gets zeros. */
export class TurnKeeper {
  readonly #given: TurnKeeperOptions;
  #options: TurnOptions | undefined;
  #server: TurnServer | undefined;
  #endpoints: readonly TurnEndpoint[] = [];
  #reviving: Promise<void> | undefined;
  #isClosed = false;
  #stop = () => {};

  constructor(given: TurnKeeperOptions) {
    this.#given = given;
  }

  /** Where it listens; also of a server that is just being replaced. */
  get endpoints(): readonly TurnEndpoint[] {
    return this.#endpoints;
  }

  get isUp(): boolean {
    return this.#server !== undefined;
  }

  /** Since the present server was started. */
  get totals(): TurnTotals {
    return this.#server?.totals ?? NO_TOTALS;
  }

  /** How full it is: allocations or bytes, whichever is nearer to its bound; 0..1. */
  get load(): number {
    const { totals } = this;
    return Math.max(
      shareOf(totals.firmAllocations, totals.capacity),
      shareOf(totals.bytesPerSecond, totals.maxBytesPerSecond),
    );
  }

  /** Lets a credential live until then, Unix seconds. */
  renew(username: string, expiresAt: number): void {
    this.#server?.renew(username, expiresAt);
  }

  /** Takes another certificate in place of the one that it was started with. */
  setCertificate(certificate: TurnCertificate): void {
    this.#options = { ...this.#options!, certificate };
    this.#server?.setCertificate(certificate);
  }

  /** Rejects when no server can be started. */
  async start(options: TurnOptions): Promise<void> {
    const server = await this.#startFirst(options);
    this.#adopt(server);
    const portOf = (isTls: boolean) =>
      server.endpoints.find(({ transport }) => isTls === (transport === "tls"))
        ?.port;
    this.#endpoints = server.endpoints;
    this.#options = { // clients know these ports: the next server has the same
      ...options,
      port: portOf(false) ?? options.port,
      tlsPort: portOf(true) ?? options.tlsPort,
    };
    this.#stop = this.#given.clock.every(RESTART_MS, () => {
      if (this.#server === undefined) this.#reviving ??= this.#revive();
    });
  }

  /** Takes 1.5 s at most, unless a server's own `close()` takes longer. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stop();
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
    const { promise: overdue, resolve } = Promise.withResolvers<void>();
    const stopTimer = this.#given.clock.every(CLOSE_MS, resolve);
    await Promise.race([this.#reviving, overdue]);
    stopTimer();
  }

  async #startFirst(options: TurnOptions): Promise<TurnServer> {
    const { isPortExplicit, isTlsPortExplicit, warn } = this.#given;
    try {
      return await this.#startOne(options);
    } catch (error) {
      const { code } = error as { code?: string };
      const mayGiveWay = !isPortExplicit ||
        (options.certificate !== null && !isTlsPortExplicit);
      if (code !== "EADDRINUSE" || !mayGiveWay) throw error;
      const { port, tlsPort } = options;
      const free = {
        ...options,
        port: isPortExplicit ? port : 0,
        tlsPort: isTlsPortExplicit ? tlsPort : 0,
      };
      const server = await this.#startOne(free); // one that was asked for is an error now
      warn(
        `A port of TURN is taken (${port}` +
          `${
            options.certificate === null ? "" : ` or ${tlsPort}`
          }), choosing ` +
          "free ones; --turn-port and --turn-tls-port set others.",
      );
      return server;
    }
  }

  #startOne(options: TurnOptions): Promise<TurnServer> {
    const { start, onFault } = this.#given;
    return start(options, { onFault });
  }

  #adopt(server: TurnServer): void {
    this.#server = server;
    for (const [username, expiresAt] of this.#given.renewals()) {
      server.renew(username, expiresAt);
    }
    void server.ended.then((fault) => {
      if (this.#server !== server) return;
      this.#server = undefined;
      this.#given.onFault(fault);
    });
  }

  async #revive(): Promise<void> {
    try {
      const options = this.#options!;
      const server = await this.#startOne(options);
      if (this.#isClosed) return await server.close();
      this.#adopt(server);
      const { certificate } = this.#options!; // may have come meanwhile
      if (certificate !== null && certificate !== options.certificate) {
        server.setCertificate(certificate);
      }
    } catch (fault) {
      this.#given.onFault(fault);
    } finally {
      this.#reviving = undefined;
    }
  }
}

function shareOf(used: number, most: number): number {
  return most > 0 ? Math.min(1, used / most) : 0;
}
