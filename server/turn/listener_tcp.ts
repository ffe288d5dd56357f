/** TCP and TLS sockets that clients connect to. */

import { Buffer } from "node:buffer";
import net, { type AddressInfo, type Socket } from "node:net";
import tls from "node:tls";
import { normaliseAddress } from "../address.ts";
import type { TurnLimits } from "../limits.ts";
import type { Allocation } from "./allocation.ts";
import type { Client } from "./client.ts";
import type { Connections, OpenConnection } from "./connections.ts";
import { Framing } from "./framing.ts";
import { padded } from "./message.ts";
import type { DropReason, Tally } from "./tally.ts";
import type { Turn } from "./turn.ts";
import type { TurnCertificate } from "./turn_server.ts";

/** Somebody behind a connection. */
class TcpClient implements Client {
  readonly transport: "tcp" | "tls";
  readonly address: string;
  readonly port: number;
  allocation: Allocation | undefined;
  readonly #socket: Socket;
  readonly #connections: Connections;
  readonly #connection: OpenConnection;
  readonly #maxUnsentBytes: number;

  constructor(
    { transport, socket, address, connection }: {
      transport: "tcp" | "tls";
      socket: Socket;
      address: string;
      connection: OpenConnection;
    },
    { connections, limits }: { connections: Connections; limits: TurnLimits },
  ) {
    this.transport = transport;
    this.address = address;
    this.port = socket.remotePort!;
    this.#socket = socket;
    this.#connection = connection;
    this.#connections = connections;
    this.#maxUnsentBytes = limits.turnSendBufferBytes;
  }

  /** ChannelData is padded here: only streams need that. */
  send(bytes: Uint8Array): DropReason | undefined {
    const length = padded(bytes.length);
    const socket = this.#socket;
    if (socket.writableLength + length > this.#maxUnsentBytes) {
      return "slow-reader";
    }
    const copy = Buffer.alloc(length);
    copy.set(bytes);
    socket.write(copy);
    return undefined;
  }

  hold(allocation: Allocation): void {
    this.allocation = allocation;
    this.#connections.note(this.#connection, { isIdle: false });
  }

  release(): void {
    this.allocation = undefined;
    this.#connections.note(this.#connection, { isIdle: true });
  }
}

/** What a listener serves with. */
export interface StreamParts {
  readonly turn: Turn;
  readonly tally: Tally;
  readonly limits: TurnLimits;
  /** Of all listeners together. */
  readonly connections: Connections;
}

/** A listening TCP socket. */
export interface StreamListener {
  readonly port: number;
  /** With TLS: what is shown from now on. */
  setCertificate(certificate: TurnCertificate): void;
  /** Stops listening; the connections are ended by their owner. */
  close(): Promise<void>;
}

/** Listens; with a certificate for TLS. Rejects when the port cannot be had. */
export async function listenTcp(
  { host, port, certificate }: {
    host: string;
    port: number;
    certificate: TurnCertificate | undefined;
  },
  parts: StreamParts,
): Promise<StreamListener> {
  const server = certificate === undefined
    ? servePlain(parts)
    : serveEncrypted(certificate, parts);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  // Such as too many open files: the connection is lost, the server goes on.
  server.on("error", () => parts.tally.drop("connections"));
  return {
    port: (server.address() as AddressInfo).port,
    setCertificate(certificate) {
      if (server instanceof tls.Server) server.setSecureContext(certificate);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function servePlain(parts: StreamParts): net.Server {
  return net.createServer({ noDelay: true }, (socket) => {
    const connection = admit(socket, parts);
    if (connection === undefined) return;
    serve(socket, { transport: "tcp", connection }, parts);
  });
}

/** A connection counts from before its handshake, which may never end. */
function serveEncrypted(
  certificate: TurnCertificate,
  parts: StreamParts,
): net.Server {
  const handshaking = new Map<string, OpenConnection>();
  const server = tls.createServer({
    ...certificate,
    handshakeTimeout: parts.limits.turnIdleSeconds * 1000,
  });
  server.on("connection", (socket: Socket) => {
    const connection = admit(socket, parts);
    if (connection === undefined) return;
    const key = keyOf(socket);
    handshaking.set(key, connection);
    socket.setNoDelay(true);
    socket.once("close", () => {
      if (handshaking.get(key) === connection) handshaking.delete(key);
    });
  });
  server.on("tlsClientError", (_error: Error, socket: Socket) => {
    socket.destroy();
  });
  server.on("secureConnection", (socket: tls.TLSSocket) => {
    const key = keyOf(socket);
    const connection = handshaking.get(key);
    handshaking.delete(key);
    if (connection === undefined) socket.destroy();
    else serve(socket, { transport: "tls", connection }, parts);
  });
  return server;
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Counts a connection, unless there are too many. */
function admit(
  socket: Socket,
  { connections, tally }: StreamParts,
): OpenConnection | undefined {
  socket.on("error", () => {}); // it broke: "close" follows
  const { remoteAddress } = socket;
  const connection = remoteAddress === undefined
    ? undefined
    : connections.add(normaliseAddress(remoteAddress), () => socket.destroy());
  if (connection === undefined) {
    tally.drop("connections");
    socket.destroy();
    return undefined;
  }
  socket.once("close", () => connections.delete(connection));
  return connection;
}

function serve(
  socket: Socket,
  { transport, connection }: {
    transport: "tcp" | "tls";
    connection: OpenConnection;
  },
  { turn, tally, limits, connections }: StreamParts,
): void {
  const client = new TcpClient({
    ...{ transport, socket, connection },
    address: normaliseAddress(socket.remoteAddress!),
  }, { limits, connections });
  const framing = new Framing(limits.turnMessageBytes);
  const receive = (message: Uint8Array) => turn.receive(client, message);
  socket.on("data", (chunk: Uint8Array) => {
    if (framing.push(chunk, receive)) return;
    tally.drop("malformed");
    socket.destroy();
  });
  socket.once("close", () => {
    if (client.allocation) turn.allocations.end(client.allocation);
  });
  socket.on("error", () => {}); // it broke: "close" follows
}
