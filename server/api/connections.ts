/**
 * Bounds connections. One that carries an event stream is bounded with the
 * streams. Of the others the one that has been silent longest is ended to make
 * place: whoever pays can always connect, also beside a flood from the same
 * address.
 */

import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";

/** What ends a connection at once. */
interface Destroyable {
  destroy(): void;
}

/** A connection, as far as it is bounded. */
interface Connection {
  readonly key: string;
  /** It is counted with others of its block; a proxy's is not, being many people's. */
  readonly block: string | undefined;
  readonly socket: Destroyable;
  heardAt: number;
  streams: number;
}

const SWEEP_MS = 5000;
/** Within this time it does not matter who was heard first. */
const ORDER_MS = 1000;
const IDLE_MS = SERVER_LIMITS.idleSeconds * 1000;

/** Knows every open connection by a key, such as its remote address and port. */
export class Connections {
  readonly #clock: Clock;
  readonly #byKey = new Map<string, Connection>();
  /** Those without a stream, the one silent longest first. */
  readonly #quiet = new Set<Connection>();
  /** The same for each block. */
  readonly #quietByBlock = new Map<string, Set<Connection>>();
  #stop = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Open connections. */
  get size(): number {
    return this.#byKey.size;
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
  ): void {
    const heardAt = this.#clock.now();
    const connection = { key, block, socket, heardAt, streams: 0 };
    this.#byKey.set(key, connection);
    this.#queue(connection);
    this.#bound(block);
  }

  /** Notes that a connection has asked for something. */
  heard(key: string): void {
    const connection = this.#byKey.get(key);
    if (connection === undefined || connection.streams > 0) return;
    const now = this.#clock.now();
    if (now - connection.heardAt < ORDER_MS) return;
    connection.heardAt = now;
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
      if (connection.streams > 0 || !this.#byKey.has(key)) return;
      connection.heardAt = this.#clock.now();
      this.#queue(connection);
      this.#bound(connection.block);
    };
  }

  /** Ends all, those that carry streams too. */
  endAll(): void {
    for (const connection of this.#byKey.values()) this.#end(connection);
  }

  /** Forgets a connection that has ended. */
  delete(key: string): void {
    const connection = this.#byKey.get(key);
    if (connection === undefined) return;
    this.#byKey.delete(key);
    this.#unqueue(connection);
  }

  #endIdle(): void {
    const now = this.#clock.now();
    for (const connection of this.#quiet) {
      if (now - connection.heardAt < IDLE_MS) return;
      this.#end(connection);
    }
  }

  #bound(block: string | undefined): void {
    const { connections, connectionsPerAddress } = SERVER_LIMITS;
    if (this.#quiet.size > connections) this.#endFirst(this.#quiet);
    const ofBlock = this.#quietOf(block);
    if (ofBlock.size > connectionsPerAddress) this.#endFirst(ofBlock);
  }

  #endFirst(connections: Set<Connection>): void {
    const [first] = connections;
    this.#end(first!);
  }

  #end(connection: Connection): void {
    this.delete(connection.key);
    connection.socket.destroy();
  }

  #queue(connection: Connection): void {
    this.#quiet.add(connection);
    this.#quietOf(connection.block).add(connection);
  }

  #unqueue(connection: Connection): void {
    const { block } = connection;
    this.#quiet.delete(connection);
    const ofBlock = this.#quietOf(block);
    ofBlock.delete(connection);
    if (block !== undefined && ofBlock.size === 0) {
      this.#quietByBlock.delete(block);
    }
  }

  /** Those of no block are in no set: the one returned is thrown away. */
  #quietOf(block: string | undefined): Set<Connection> {
    if (block === undefined) return new Set();
    let quiet = this.#quietByBlock.get(block);
    if (quiet === undefined) {
      this.#quietByBlock.set(block, quiet = new Set());
    }
    return quiet;
  }
}
