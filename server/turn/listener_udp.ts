/** A UDP socket that clients send to. Whoever holds no allocation is not remembered. */

import type { Socket } from "node:dgram";
import { familyOf, normaliseAddress } from "../address.ts";
import type { Allocation } from "./allocation.ts";
import type { Client } from "./client.ts";
import type { IpFamily } from "./ip.ts";
import type { Tally } from "./tally.ts";
import type { Turn } from "./turn.ts";
import { isOversized } from "./udp_socket.ts";

/** Clients that hold an allocation, by address and port. */
type Clients = Map<string, Map<number, UdpClient>>;

/** Somebody behind a UDP port. */
class UdpClient implements Client {
  readonly transport = "udp";
  readonly address: string;
  readonly port: number;
  readonly family: IpFamily;
  allocation: Allocation | undefined;
  readonly #socket: Socket;
  readonly #clients: Clients;

  constructor({ socket, clients, address, port }: {
    socket: Socket;
    clients: Clients;
    address: string;
    port: number;
  }) {
    this.#socket = socket;
    this.#clients = clients;
    this.address = address;
    this.port = port;
    this.family = familyOf(address);
  }

  send(bytes: Uint8Array): boolean {
    this.#socket.send(bytes, this.port, this.address);
    return true;
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
  { turn, tally }: { turn: Turn; tally: Tally },
): void {
  const clients: Clients = new Map();
  socket.on("message", (bytes, { address, port }) => {
    if (isOversized(bytes)) return tally.drop("oversized");
    const client = clients.get(address)?.get(port) ??
      new UdpClient({
        socket,
        clients,
        address: normaliseAddress(address),
        port,
      });
    turn.receive(client, bytes);
  });
}
