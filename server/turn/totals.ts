/** What others may ask of the server: its counts, and how much it relays now. */

import type { Clock } from "../clock.ts";
import type { TurnLimits } from "../limits.ts";
import type { Allocations } from "./allocations.ts";
import type { Connections } from "./connections.ts";
import type { Tally } from "./tally.ts";
import type { TurnTotals } from "./turn_server.ts";

const SECOND_MS = 1000;

/** Reads counts; knows what the last second brought. */
export class Totals {
  readonly #clock: Clock;
  readonly #tally: Tally;
  readonly #limits: TurnLimits;
  readonly #allocations: Allocations;
  readonly #connections: Connections;
  #bytesBefore = 0;
  #bytesPerSecond = 0;
  #stop = () => {};

  constructor({ clock, tally, limits, turn: { allocations }, connections }: {
    clock: Clock;
    tally: Tally;
    limits: TurnLimits;
    turn: { readonly allocations: Allocations };
    connections: Connections;
  }) {
    this.#clock = clock;
    this.#tally = tally;
    this.#limits = limits;
    this.#allocations = allocations;
    this.#connections = connections;
  }

  start(): void {
    this.#stop = this.#clock.every(SECOND_MS, () => this.#measure());
  }

  close(): void {
    this.#stop();
  }

  read(): TurnTotals {
    const tally = this.#tally;
    return {
      allocations: this.#allocations.size,
      firmAllocations: this.#allocations.firm,
      capacity: this.#limits.turnAllocations,
      bytesPerSecond: this.#bytesPerSecond,
      maxBytesPerSecond: this.#limits.turnBytesPerSecond,
      connections: this.#connections.size,
      allocationsMade: tally.allocationsMade,
      displaced: {
        allocation: this.#allocations.displaced,
        connection: this.#connections.displaced,
      },
      relayedPackets: {
        sent: tally.sentPackets,
        received: tally.receivedPackets,
      },
      relayedBytes: { sent: tally.sentBytes, received: tally.receivedBytes },
      refused: { ...tally.refused },
      dropped: { ...tally.dropped },
      faults: tally.faults,
    };
  }

  #measure(): void {
    const { sentBytes, receivedBytes } = this.#tally;
    const bytes = sentBytes + receivedBytes;
    this.#bytesPerSecond = bytes - this.#bytesBefore;
    this.#bytesBefore = bytes;
  }
}
