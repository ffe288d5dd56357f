/** Four places in the DHT where nodes of this mesh announce themselves and look for others. */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { PROTOCOL } from "@sigmesh/core/wire";
import type { Message, Rpc } from "k-rpc";
import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import { isReachable } from "./socket.ts";
import { type Replier, walk, writable, write } from "./walk.ts";

/** Where a node may be. Anybody can write it there: it must be asked before it is believed. */
export interface Hint {
  /** IPv4. */
  readonly host: string;
  readonly port: number;
}

/** What a node does at these places. */
export interface RendezvousOptions {
  /** TCP port to announce, at which plain `GET /` is answered; null to announce nothing. */
  readonly announcePort: () => number | null;
  /** Is told of each address once a round. */
  readonly onHint: (hint: Hint) => void;
}

/** Several, since a few nodes around one place could hide what is there. */
const PLACES = [0, 1, 2, 3].map((n) =>
  createHash("sha1").update(`sigmesh/${PROTOCOL}/${n}`).digest()
);

/** From one round to the next, with jitter; announcements live for half an hour. */
const ROUND_MS = { least: 3 * 60_000, most: 6 * 60_000 };
/** After the first, twice as long each time: nodes that start together have missed each other. */
const FIRST_ROUND_MS = 5000;
const TICK_MS = 5000;

/** What announcing needs of the DHT. */
export interface RendezvousNeighbours extends RendezvousOptions {
  readonly rpc: Rpc;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly isReady: () => boolean;
  readonly allowPrivate: () => boolean;
  readonly onFault: (fault: unknown) => void;
}

/** Goes round from the first time that the DHT is ready. */
export class Rendezvous {
  readonly #given: RendezvousNeighbours;
  #nextAt = 0;
  #pauseMs = FIRST_ROUND_MS;
  #round: Promise<void> | undefined;
  #seen = new Set<string>();
  #stop = () => {};
  readonly #firstRound = Promise.withResolvers<void>();

  constructor(given: RendezvousNeighbours) {
    this.#given = given;
  }

  /** Resolves when all places have been visited for the first time. */
  get firstRound(): Promise<void> {
    return this.#firstRound.promise;
  }

  start(): void {
    this.#stop = this.#given.clock.every(TICK_MS, () => this.tick());
  }

  close(): void {
    this.#stop();
  }

  /** Begins a round when it is time. */
  tick(): void {
    const { clock, isReady, random } = this.#given;
    const isDue = clock.now() >= this.#nextAt;
    if (!isDue || !isReady() || this.#round !== undefined) return;
    const { least, most } = ROUND_MS;
    const restMs = least + random() * (most - least);
    this.#nextAt = clock.now() + Math.min(this.#pauseMs, restMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, most);
    this.#round = this.#goRound()
      .catch(this.#given.onFault)
      .finally(() => this.#round = undefined);
  }

  /** Somebody announced something to this node itself. */
  noteAnnounced(place: Uint8Array, hint: Hint): void {
    if (PLACES.some((known) => known.equals(place))) this.#tell(hint);
  }

  /** One place after the other, so that clients' requests are not kept waiting. */
  async #goRound(): Promise<void> {
    const { rpc, signal } = this.#given;
    this.#seen = new Set();
    for (const target of PLACES) {
      if (signal.aborted) return;
      const repliers = await walk(rpc, {
        query: "get_peers",
        target,
        timeoutMs: SERVER_LIMITS.dhtWalkSeconds * 1000,
        signal,
      });
      await this.#announce(target, repliers);
      for (const hint of hintsOf(repliers)) this.#tell(hint);
    }
    this.#firstRound.resolve();
  }

  async #announce(
    place: Buffer,
    repliers: readonly Replier[],
  ): Promise<void> {
    const { announcePort, rpc, signal } = this.#given;
    const port = announcePort();
    if (port === null) return;
    const fields = { info_hash: place, port, implied_port: 0 };
    await Promise.all(
      writable(rpc, repliers).map((replier) =>
        write(rpc, replier, { query: "announce_peer", fields, signal })
      ),
    );
  }

  #tell({ host, port }: Hint): void {
    const key = `${host}:${port}`;
    const { allowPrivate, onHint, signal } = this.#given;
    const isNew = !this.#seen.has(key) &&
      this.#seen.size < SERVER_LIMITS.dhtHints;
    if (signal.aborted || !isNew) return;
    if (!isReachable({ host, port }, allowPrivate())) return;
    this.#seen.add(key);
    onHint({ host, port });
  }
}

/** A share for each place, and of each contact one in turn: a few must not crowd out the others. */
function hintsOf(repliers: readonly Replier[]): Hint[] {
  const given = repliers.map(({ answer }) => hintsIn(answer));
  const inTurn = Array.from(
    { length: SERVER_LIMITS.dhtHintsPerContact },
    (_, i) => given.flatMap((hints) => hints.slice(i, i + 1)),
  ).flat();
  return inTurn.slice(0, SERVER_LIMITS.dhtHints / PLACES.length);
}

/** Four bytes of IPv4 and two of a port each (BEP 5); others are none. */
function hintsIn({ values }: Message): Hint[] {
  if (!Array.isArray(values)) return [];
  return values.slice(0, SERVER_LIMITS.dhtHintsPerContact)
    .filter((value) => Buffer.isBuffer(value) && value.length === 6)
    .map((value: Buffer) => ({
      host: [...value.subarray(0, 4)].join("."),
      port: value.readUInt16BE(4),
    }));
}
