/** A TURN server in simulated time, as far as its scarce places go: the real quotas, no packets. */

import { addressBlockOf } from "../../server/address.ts";
import { SERVER_LIMITS } from "../../server/limits.ts";
import { type Holding, Quotas } from "../../server/turn/quotas.ts";
import {
  NO_TOTALS,
  type TurnServer,
  type TurnTotals,
} from "../../server/turn/turn_server.ts";

/** Keeps allocations until they are given up or have to give way. */
export class SimulatedTurn implements TurnServer {
  readonly endpoints = [
    { transport: "udp", address: "192.0.2.1", port: 3478 } as const,
  ];
  /** It does not die. */
  readonly ended = new Promise<never>(() => {});
  readonly #quotas = new Quotas(SERVER_LIMITS);

  get totals(): TurnTotals {
    return {
      ...NO_TOTALS,
      allocations: this.#quotas.size,
      firmAllocations: this.#quotas.firm,
      capacity: SERVER_LIMITS.turnAllocations,
      maxBytesPerSecond: SERVER_LIMITS.turnBytesPerSecond,
    };
  }

  /** Allocates as the real one decides; undefined when it would refuse. */
  allocate(
    username: string,
    { address, onLost }: { address: string; onLost: () => void },
  ): (() => void) | undefined {
    const block = addressBlockOf(address);
    const quotas = this.#quotas;
    if (!quotas.allows(username, { block, more: 1 })) return undefined;
    if (!quotas.hasRoom(1) && !quotas.giveWayTo(username, block)) {
      return undefined;
    }
    const holding: Holding = {
      username,
      block,
      end() {
        quotas.remove(holding);
        onLost();
      },
    };
    quotas.add(holding);
    return () => quotas.remove(holding);
  }

  /** No credential ends before the simulation does. */
  renew(): void {}

  /** Nothing is encrypted. */
  setCertificate(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}
