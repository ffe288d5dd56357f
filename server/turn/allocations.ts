/** All allocations and reserved ports: made, found, ended. */

import { randomBytes } from "node:crypto";
import { addressBlockOf } from "../address.ts";
import type { Clock } from "../clock.ts";
import type { TurnLimits } from "../limits.ts";
import type { Allocation, Reservation } from "./allocation.ts";
import type { Holder } from "./authenticator.ts";
import { ByteBudget } from "./byte_budget.ts";
import type { Client } from "./client.ts";
import { bytesOfIp, type IpFamily } from "./ip.ts";
import { Peers } from "./peers.ts";
import { type Holding, Quotas } from "./quotas.ts";
import type { RelayAddresses } from "./relay_addresses.ts";
import type { RelayPorts, RelaySocket } from "./relay_ports.ts";

/** Which port a client wants. */
export type PortWish =
  | { readonly kind: "any" }
  | { readonly kind: "even" }
  /** And the next one kept. */
  | { readonly kind: "pair" }
  | { readonly kind: "reserved"; readonly token: string };

/** What is asked for. */
export interface AllocationRequest {
  readonly client: Client;
  readonly holder: Holder;
  readonly family: IpFamily;
  readonly wish: PortWish;
}

/** 486: the credential has its share; 508: there is nothing left. */
export type AllocationRefusal = 486 | 508;

/** A socket for an allocation, and what was reserved with it. */
export interface Grant {
  readonly relay: RelaySocket;
  readonly family: IpFamily;
  /** Token of the next port. */
  readonly token: string | undefined;
}

/** Gets what comes to a relayed address. */
export type OnDatagram = (
  allocation: Allocation,
  datagram: { payload: Uint8Array; address: string; port: number },
) => void;

const SWEEP_MS = 1000;

/** Owns the relay sockets. */
export class Allocations {
  readonly #clock: Clock;
  readonly #limits: TurnLimits;
  readonly #addresses: RelayAddresses;
  readonly #ports: RelayPorts;
  readonly #quotas: Quotas;
  readonly #all = new Map<Allocation, Holding>();
  /** By family and port. */
  readonly #byPort = {
    4: new Map<number, Allocation>(),
    6: new Map<number, Allocation>(),
  };
  readonly #reservations = new Map<
    string,
    { reservation: Reservation; holding: Holding }
  >();
  readonly #onDatagram: OnDatagram;
  /** How many holdings gave way to others' so far. */
  displaced = 0;
  #stop = () => {};

  constructor({ clock, limits, addresses, ports, onDatagram }: {
    clock: Clock;
    limits: TurnLimits;
    addresses: RelayAddresses;
    ports: RelayPorts;
    onDatagram: OnDatagram;
  }) {
    this.#onDatagram = onDatagram;
    this.#clock = clock;
    this.#limits = limits;
    this.#addresses = addresses;
    this.#ports = ports;
    this.#quotas = new Quotas(limits);
  }

  get size(): number {
    return this.#all.size;
  }

  get firm(): number {
    return this.#quotas.firm;
  }

  start(): void {
    this.#stop = this.#clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** Ends all. */
  close(): void {
    this.#stop();
    for (const allocation of this.#all.keys()) this.end(allocation);
    for (const token of this.#reservations.keys()) this.#endReservation(token);
  }

  /** The allocation whose relayed address has this port. */
  byPort(family: IpFamily, port: number): Allocation | undefined {
    return this.#byPort[family].get(port);
  }

  /** Finds a socket, or says why there is none; make an allocation of it at once. */
  grant(request: AllocationRequest): Grant | AllocationRefusal {
    const { client, holder: { username }, wish } = request;
    if (wish.kind === "reserved") return this.#claim(wish.token, username);
    const more = wish.kind === "pair" ? 2 : 1;
    // The place of another need not bring an even port, nor two: it would end in vain.
    const isAny = wish.kind === "any";
    const block = addressBlockOf(client.address);
    if (!this.#quotas.allows(username, { block, more })) return 486;
    const giveWay = () => {
      const isFreed = isAny && this.#quotas.giveWayTo(username, block);
      if (isFreed) this.displaced++;
      return isFreed;
    };
    if (!this.#quotas.hasRoom(more) && !giveWay()) return 508;
    const granted = this.#open(request);
    if (granted !== undefined) return granted;
    return giveWay() ? this.#open(request) ?? 508 : 508;
  }

  /** Makes an allocation of what was granted. */
  add(
    { relay, family }: Grant,
    { client, holder, expiresAt, made }: Pick<
      Allocation,
      "client" | "holder" | "expiresAt" | "made"
    >,
  ): Allocation {
    const relayedText = this.#addresses.advertised(family)!;
    const allocation: Allocation = {
      ...{ client, holder, expiresAt, made, relay, family, relayedText },
      block: addressBlockOf(client.address),
      relayed: { address: bytesOfIp(relayedText), port: relay.port },
      peers: new Peers({
        maxHosts: this.#limits.turnPermissions,
        maxChannels: this.#limits.turnChannels,
      }),
      budget: new ByteBudget({
        bytesPerSecond: this.#limits.turnBytesPerSecondPerAllocation,
        now: this.#clock.now(),
      }),
    };
    const { username } = holder;
    const holding = {
      ...{ username, block: allocation.block },
      end: () => this.end(allocation),
    };
    this.#all.set(allocation, holding);
    this.#quotas.add(holding);
    this.#byPort[family].set(relay.port, allocation);
    relay.socket.onDatagram = (payload, { address, port }) => {
      this.#onDatagram(allocation, { payload, address, port });
    };
    client.hold(allocation);
    return allocation;
  }

  /** Ends an allocation and closes its socket. */
  end(allocation: Allocation): void {
    const holding = this.#all.get(allocation);
    if (holding === undefined) return;
    this.#all.delete(allocation);
    this.#quotas.remove(holding);
    const { client, family, relay } = allocation;
    this.#byPort[family].delete(relay.port);
    this.#ports.close(relay);
    client.release();
  }

  #open(request: AllocationRequest): Grant | undefined {
    const { family, wish } = request;
    const host = this.#addresses.bound(family)!;
    if (wish.kind === "pair") {
      const pair = this.#ports.openPair(host);
      if (pair === undefined) return undefined;
      const [relay, next] = pair;
      return { relay, family, token: this.#reserve(next, request) };
    }
    const relay = wish.kind === "even"
      ? this.#ports.openEven(host)
      : this.#ports.open(host);
    return relay && { relay, family, token: undefined };
  }

  #reserve(
    relay: RelaySocket,
    { client, holder: { username }, family }: AllocationRequest,
  ): string {
    const token = randomBytes(8).toString("hex");
    const expiresAt = this.#clock.now() +
      this.#limits.turnReservationSeconds * 1000;
    const block = addressBlockOf(client.address);
    const holding = { username, block, end: () => this.#endReservation(token) };
    const reservation = { token, username, block, family, relay, expiresAt };
    this.#reservations.set(token, { reservation, holding });
    this.#quotas.add(holding);
    return token;
  }

  /** A token is good for the credential that it was given to. */
  #claim(token: string, username: string): Grant | 508 {
    const reserved = this.#reservations.get(token);
    if (reserved?.reservation.username !== username) return 508;
    const { reservation: { relay, family, expiresAt }, holding } = reserved;
    if (expiresAt <= this.#clock.now()) return 508;
    this.#reservations.delete(token);
    this.#quotas.remove(holding);
    return { relay, family, token: undefined };
  }

  #endReservation(token: string): void {
    const reserved = this.#reservations.get(token);
    if (reserved === undefined) return;
    this.#reservations.delete(token);
    this.#quotas.remove(reserved.holding);
    this.#ports.close(reserved.reservation.relay);
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const allocation of this.#all.keys()) {
      if (allocation.expiresAt <= now) this.end(allocation);
    }
    for (const { reservation } of this.#reservations.values()) {
      if (reservation.expiresAt <= now) this.#endReservation(reservation.token);
    }
  }
}
