/** A UDP socket that clients send to. Whoever holds no allocation is not remembered. */

import { normaliseAddress } from "../address.ts";
import type { Allocation } from "./allocation.ts";
import type { Client } from "./client.ts";
import type { Destination, Outbox } from "./outbox.ts";
import type { DropReason, Tally } from "./tally.ts";
import type { Turn } from "./turn.ts";
import { isOversized, type UdpSocket } from "./udp_socket.ts";

/** Clients that hold an allocation, by address, as the socket writes it, and port. */
type Clients = Map<string, Map<number, UdpClient>>;

/** Somebody behind a UDP port. */
class UdpClient implements Client {
  readonly transport = "udp";
  readonly address: string;
  readonly port: number;
  allocation: Allocation | undefined;
  readonly #to: Destination;
  readonly #outbox: Outbox;
  readonly #clients: Clients;

  constructor(
    to: Destination,
    { outbox, clients }: { outbox: Outbox; clients: Clients },
  ) {
    this.#to = to;
    this.#outbox = outbox;
    this.#clients = clients;
    this.address = normaliseAddress(to.address);
    this.port = to.port;
  }

  send(bytes: Uint8Array): DropReason | undefined {
    return this.#outbox.send(bytes, this.#to) ? undefined : "congested";
  }

  hold(allocation: Allocation): void {
    this.allocation = allocation;
    const { address, port } = this.#to;
    const byPort = this.#clients.get(address) ?? new Map();
    this.#clients.set(address, byPort.set(port, this));
  }

  release(): void {
    this.allocation = undefined;
    const { address, port } = this.#to;
    const byPort = this.#clients.get(address);
    byPort?.delete(port);
    if (byPort?.size === 0) this.#clients.delete(address);
  }
}

/** Hands a socket's datagrams to the server. */
export function serveUdp(
  socket: UdpSocket,
  { turn, tally, outbox }: { turn: Turn; tally: Tally; outbox: Outbox },
): void {
  const clients: Clients = new Map();
  socket.onDatagram = (bytes, { address, port }) => {
    if (port === 0) return tally.drop("malformed"); // nobody can be answered there
    if (isOversized(bytes)) return tally.drop("oversized");
    const client = clients.get(address)?.get(port) ??
      new UdpClient({ socket, address, port }, { outbox, clients });
    turn.receive(client, bytes);
  };
}
