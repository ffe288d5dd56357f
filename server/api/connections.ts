/**
 * Bounds connections. One that carries an event stream is bounded with the
 * streams. Of the others the one that has been silent longest is ended to make
 * place: whoever pays can connect, also beside a flood from the same address.
 */

import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";
import type { ListenerTotals } from "./listener_totals.ts";

/** What ends a connection at once. */
interface Destroyable {
  destroy(): void;
}

/** A connection, as far as it is bounded. */
export interface OpenSocket {
  readonly key: string;
  /** It is counted with others of its block; a proxy's is not, being many people's. */
  readonly block: string | undefined;
  readonly socket: Destroyable;
  heardAt: number;
  /** Whether it ever asked for anything; browsers open some that do not. */
  hasAsked: boolean;
  streams: number;
}

/** How many were ended: counted here. */
type Ended = Pick<ListenerTotals["ended"], "displaced" | "idle">;

const SWEEP_MS = 5000;
const IDLE_MS = SERVER_LIMITS.idleSeconds * 1000;

/**
 * Knows every open connection, and finds one by a key, such as its addresses and
 * ports. These may be another's as soon as the client has given it up, before
 * this side has noticed: then the key finds the newer one.
 */
export class Connections {
  readonly #clock: Clock;
  readonly #all = new Set<OpenSocket>();
  readonly #byKey = new Map<string, OpenSocket>();
  /** Those without a stream, the one silent longest first. */
  readonly #quiet = new Set<OpenSocket>();
  /** The same for each block. */
  readonly #quietByBlock = new Map<string, Set<OpenSocket>>();
  readonly #ended: Ended;
  #stop = () => {};

  constructor(clock: Clock, ended: Ended) {
    this.#clock = clock;
    this.#ended = ended;
  }

  /** Open connections. */
  get size(): number {
    return this.#all.size;
  }

  start(): void {
    this.#stop = this.#clock.every(SWEEP_MS, () => this.#endIdle());
  }

  close(): void {
    this.#stop();
  }

  /** Counts a new connection; over a bound, another one is ended for it. */
  add(
    key: string,
    { block, socket }: { block: string | undefined; socket: Destroyable },
  ): OpenSocket {
    const heardAt = this.#clock.now();
    const connection = {
      ...{ key, block, socket, heardAt },
      ...{ hasAsked: false, streams: 0 },
    };
    this.#all.add(connection);
    this.#byKey.set(key, connection);
    this.#queue(connection);
    this.#bound(block);
    return connection;
  }

  /** Notes that a connection has asked for something. */
  heard(key: string): void {
    const connection = this.#byKey.get(key);
    if (connection === undefined || connection.streams > 0) return;
    connection.hasAsked = true;
    connection.heardAt = this.#clock.now();
    this.#unqueue(connection);
    this.#queue(connection);
  }

  /** Exempts a connection for as long as it carries a stream; the returned function ends that. */
  carryStream(key: string): () => void {
    const connection = this.#byKey.get(key);
    if (connection === undefined) return () => {};
    connection.streams++;
    this.#unqueue(connection);
    return () => {
      connection.streams--;
      if (connection.streams > 0 || !this.#all.has(connection)) return;
      connection.heardAt = this.#clock.now();
      this.#queue(connection);
      this.#bound(connection.block);
    };
  }

  /** Ends those that never asked for anything. */
  endUnused(): void {
    for (const connection of this.#quiet) {
      if (!connection.hasAsked) this.#end(connection);
    }
  }

  /** Ends all, those that carry streams too. */
  endAll(): void {
    for (const connection of this.#all) this.#end(connection);
  }

  /** Forgets a connection that has ended. */
  delete(connection: OpenSocket): void {
    this.#all.delete(connection);
    const { key } = connection;
    if (this.#byKey.get(key) === connection) this.#byKey.delete(key);
    this.#unqueue(connection);
  }

  #endIdle(): void {
    const now = this.#clock.now();
    for (const connection of this.#quiet) {
      if (now - connection.heardAt < IDLE_MS) return;
      this.#ended.idle++;
      this.#end(connection);
    }
  }

  #bound(block: string | undefined): void {
    const { connections, connectionsPerAddress } = SERVER_LIMITS;
    if (this.#quiet.size > connections) this.#endFirst(this.#quiet);
    const ofBlock = this.#quietOf(block);
    if (ofBlock.size > connectionsPerAddress) this.#endFirst(ofBlock);
  }

  #endFirst(connections: Set<OpenSocket>): void {
    const [first] = connections;
    this.#ended.displaced++;
    this.#end(first!);
  }

  #end(connection: OpenSocket): void {
    this.delete(connection);
    connection.socket.destroy();
  }

  #queue(connection: OpenSocket): void {
    this.#quiet.add(connection);
    this.#quietOf(connection.block).add(connection);
  }

  #unqueue(connection: OpenSocket): void {
    const { block } = connection;
    this.#quiet.delete(connection);
    const ofBlock = this.#quietOf(block);
    ofBlock.delete(connection);
    if (block !== undefined && ofBlock.size === 0) {
      this.#quietByBlock.delete(block);
    }
  }

  /** Those of no block are in no set: the one returned is thrown away. */
  #quietOf(block: string | undefined): Set<OpenSocket> {
    if (block === undefined) return new Set();
    let quiet = this.#quietByBlock.get(block);
    if (quiet === undefined) {
      this.#quietByBlock.set(block, quiet = new Set());
    }
    return quiet;
  }
}
