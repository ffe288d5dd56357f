/** A UDP socket that clients send to. Whoever holds no allocation is not remembered. */

import type { Socket } from "node:dgram";
import { normaliseAddress } from "../address.ts";
import type { Allocation } from "./allocation.ts";
import type { Client } from "./client.ts";
import type { Outbox } from "./outbox.ts";
import type { DropReason, Tally } from "./tally.ts";
import type { Turn } from "./turn.ts";
import { isOversized } from "./udp_socket.ts";

/** Clients that hold an allocation, by address and port. */
type Clients = Map<string, Map<number, UdpClient>>;

/** Somebody behind a UDP port. */
class UdpClient implements Client {
  readonly transport = "udp";
  readonly address: string;
  readonly port: number;
  allocation: Allocation | undefined;
  readonly socket: Socket;
  readonly #outbox: Outbox;
  readonly #clients: Clients;

  constructor({ socket, outbox, clients, address, port }: {
    socket: Socket;
    outbox: Outbox;
    clients: Clients;
    address: string;
    port: number;
  }) {
    this.socket = socket;
    this.#outbox = outbox;
    this.#clients = clients;
    this.address = address;
    this.port = port;
  }

  send(bytes: Uint8Array): DropReason | undefined {
    return this.#outbox.send(bytes, this) ? undefined : "congested";
  }

  hold(allocation: Allocation): void {
    this.allocation = allocation;
    const byPort = this.#clients.get(this.address) ?? new Map();
    this.#clients.set(this.address, byPort.set(this.port, this));
  }

  release(): void {
    this.allocation = undefined;
    const byPort = this.#clients.get(this.address);
    byPort?.delete(this.port);
    if (byPort?.size === 0) this.#clients.delete(this.address);
  }
}

/** Hands a socket's datagrams to the server. */
export function serveUdp(
  socket: Socket,
  { turn, tally, outbox }: { turn: Turn; tally: Tally; outbox: Outbox },
): void {
  const clients: Clients = new Map();
  socket.on("message", (bytes, { address, port }) => {
    if (port === 0) return tally.drop("malformed"); // nobody can be answered there
    if (isOversized(bytes)) return tally.drop("oversized");
    const client = clients.get(address)?.get(port) ??
      new UdpClient({
        socket,
        outbox,
        clients,
        address: normaliseAddress(address),
        port,
      });
    turn.receive(client, bytes);
  });
}
