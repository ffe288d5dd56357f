/** A STUN and TURN server in this thread. */

import { familyOf } from "../address.ts";
import { type Clock, createSystemClock } from "../clock.ts";
import { SERVER_LIMITS, type TurnLimits } from "../limits.ts";
import { Connections } from "./connections.ts";
import {
  listenTcp,
  type StreamListener,
  type StreamParts,
} from "./listener_tcp.ts";
import { serveUdp } from "./listener_udp.ts";
import { Outbox } from "./outbox.ts";
import { Tally } from "./tally.ts";
import { Totals } from "./totals.ts";
import { Turn } from "./turn.ts";
import type { TurnEndpoint, TurnOptions, TurnServer } from "./turn_server.ts";
import { bindUdp, type UdpSocket } from "./udp_socket.ts";

/** What tests and benchmarks replace. */
export interface TurnSurroundings {
  readonly clock?: Clock;
  readonly limits?: Partial<TurnLimits>;
  /** Gets errors inside the server; it goes on. */
  readonly onFault?: (fault: unknown) => void;
}

/** A port that is free for UDP may be taken for TCP: then another one is tried. */
const MOST_TRIES = 8;

/** Listens; rejects, with the system's code, when it cannot. */
export async function startTurn(
  options: TurnOptions,
  surroundings: TurnSurroundings = {},
): Promise<TurnServer> {
  for (let tries = 1;; tries++) {
    try {
      return await start(options, surroundings);
    } catch (error) {
      const isChosenPort = options.port === 0 && codeOf(error) === "EADDRINUSE";
      if (!isChosenPort || tries === MOST_TRIES) throw error;
    }
  }
}

async function start(
  options: TurnOptions,
  { clock = createSystemClock(), limits: changed = {}, onFault = () => {} }:
    TurnSurroundings,
): Promise<TurnServer> {
  const limits = { ...SERVER_LIMITS, ...changed };
  const tally = new Tally();
  const { sockets, endpoints: udp } = bindAll(options);
  const outbox = new Outbox(limits.turnUnsentDatagrams);
  const turn = new Turn({
    ...{ options, endpoints: udp, clock, limits, tally, outbox, onFault },
  });
  const connections = new Connections({ clock, limits });
  const streams: StreamListener[] = [];
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const totals = new Totals({ clock, tally, limits, turn, connections });
  const parts = [turn, connections, totals];
  const close = async () => {
    const closed = streams.map((listener) => listener.close());
    for (const part of parts) part.close();
    for (const socket of sockets) socket.close();
    await Promise.all(closed);
    end();
  };
  try {
    const serving = { turn, tally, limits, connections };
    const endpoints = [
      ...udp,
      ...await listenAll(options, { udp, streams, serving }),
    ];
    for (const socket of sockets) serveUdp(socket, { turn, tally, outbox });
    for (const part of parts) part.start();
    return {
      endpoints,
      get totals() {
        return totals.read();
      },
      ended,
      renew: (username, expiresAt) => turn.renewals.renew(username, expiresAt),
      setCertificate(certificate) {
        for (const listener of streams) listener.setCertificate(certificate);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * One socket for each host address that there is, on one port. `::` comes first:
 * where it takes IPv4 too, no other socket can have that.
 */
function bindAll(
  { hosts, port }: TurnOptions,
): { sockets: UdpSocket[]; endpoints: TurnEndpoint[] } {
  const sockets: UdpSocket[] = [];
  const endpoints: TurnEndpoint[] = [];
  let missing: Error | undefined;
  for (const address of wildcardFirst(hosts)) {
    const chosen = endpoints[0]?.port ?? port;
    const bound = bindUdp(address, chosen);
    if (bound.ok) {
      sockets.push(bound.socket);
      const { port } = bound.socket;
      endpoints.push({ transport: "udp", address, port });
    } else if (isMissingAddress(bound.error)) missing = bound.error;
    else if (isTakenByOurs(address, { endpoints, error: bound.error })) {
      endpoints.push({ transport: "udp", address, port: chosen });
    } else {
      for (const socket of sockets) socket.close();
      throw bound.error;
    }
  }
  if (endpoints.length === 0) throw missing ?? new RangeError("No hosts");
  return { sockets, endpoints };
}

function wildcardFirst(hosts: readonly string[]): string[] {
  const isOther = (host: string) => Number(host !== "::");
  return hosts.toSorted((a, b) => isOther(a) - isOther(b));
}

function isTakenByOurs(
  address: string,
  { endpoints, error }: { endpoints: readonly TurnEndpoint[]; error: Error },
): boolean {
  return familyOf(address) === 4 && endpoints[0]?.address === "::" &&
    codeOf(error) === "EADDRINUSE";
}

/** TCP on the port of UDP, and TLS on its own when there is a certificate. */
async function listenAll(
  { certificate, tlsPort }: TurnOptions,
  { udp, streams, serving }: {
    udp: readonly TurnEndpoint[];
    /** Gets the listeners, also those before one that failed. */
    streams: StreamListener[];
    serving: StreamParts;
  },
): Promise<TurnEndpoint[]> {
  const endpoints: TurnEndpoint[] = [];
  const listen = async (port: number, encryption?: typeof certificate) => {
    const transport = encryption ? "tls" as const : "tcp" as const;
    let chosen = port;
    for (const host of streamHosts(udp)) {
      const at = { host, port: chosen, certificate: encryption ?? undefined };
      const listener = await listenTcp(at, serving);
      streams.push(listener);
      chosen = listener.port;
    }
    for (const { address } of udp) {
      endpoints.push({ transport, address, port: chosen });
    }
  };
  await listen(udp[0]!.port);
  if (certificate !== null) await listen(tlsPort, certificate);
  return endpoints;
}

/** TCP on `::` takes IPv4 too under Deno, whatever it is told; both cannot be had. */
function streamHosts(udp: readonly TurnEndpoint[]): string[] {
  const hosts = udp.map(({ address }) => address);
  return hosts.includes("::")
    ? hosts.filter((host) => host !== "0.0.0.0")
    : hosts;
}

function isMissingAddress(error: unknown): boolean {
  return ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(codeOf(error) ?? "");
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}
