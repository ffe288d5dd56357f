/** Bounds connections, and ends those that allocate nothing. */

import { addressBlockOf } from "../address.ts";
import type { Clock } from "../clock.ts";
import type { TurnLimits } from "../limits.ts";

/** A connection, as far as it is bounded. */
export interface OpenConnection {
  readonly block: string;
  readonly end: () => void;
  /** Since when it has had no allocation, Unix milliseconds; undefined while it has one. */
  idleSince: number | undefined;
}

const SWEEP_MS = 1000;

/** Whoever pays for an allocation keeps the connection; of the others the oldest makes place. */
export class Connections {
  readonly #clock: Clock;
  readonly #limits: TurnLimits;
  /** The oldest first. */
  readonly #all = new Set<OpenConnection>();
  readonly #byBlock = new Map<string, Set<OpenConnection>>();
  /** How many gave way to new ones so far. */
  displaced = 0;
  #stop = () => {};

  constructor({ clock, limits }: { clock: Clock; limits: TurnLimits }) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get size(): number {
    return this.#all.size;
  }

  start(): void {
    this.#stop = this.#clock.every(SWEEP_MS, () => this.#endIdle());
  }

  /** Ends all. */
  close(): void {
    this.#stop();
    for (const connection of this.#all) this.#end(connection);
  }

  /** Counts a new connection; over a bound another one is ended, or undefined says that this one must. */
  add(address: string, end: () => void): OpenConnection | undefined {
    const block = addressBlockOf(address);
    const ofBlock = this.#byBlock.get(block) ?? new Set();
    const { turnConnections, turnConnectionsPerAddress } = this.#limits;
    if (!this.#makePlace(ofBlock, turnConnectionsPerAddress)) return undefined;
    if (!this.#makePlace(this.#all, turnConnections)) return undefined;
    const connection = { block, end, idleSince: this.#clock.now() };
    this.#all.add(connection);
    this.#byBlock.set(block, ofBlock.add(connection));
    return connection;
  }

  /** Notes that a connection has an allocation, or has one no longer. */
  note(connection: OpenConnection, { isIdle }: { isIdle: boolean }): void {
    connection.idleSince = isIdle ? this.#clock.now() : undefined;
  }

  /** Forgets a connection that has ended. */
  delete(connection: OpenConnection): void {
    this.#all.delete(connection);
    const ofBlock = this.#byBlock.get(connection.block);
    ofBlock?.delete(connection);
    if (ofBlock?.size === 0) this.#byBlock.delete(connection.block);
  }

  #makePlace(connections: ReadonlySet<OpenConnection>, most: number): boolean {
    if (connections.size < most) return true;
    for (const connection of connections) {
      if (connection.idleSince === undefined) continue;
      this.displaced++;
      this.#end(connection);
      return true;
    }
    return false;
  }

  #endIdle(): void {
    const since = this.#clock.now() - this.#limits.turnIdleSeconds * 1000;
    for (const connection of this.#all) {
      const { idleSince } = connection;
      if (idleSince !== undefined && idleSince <= since) this.#end(connection);
    }
  }

  #end(connection: OpenConnection): void {
    this.delete(connection);
    connection.end();
  }
}
