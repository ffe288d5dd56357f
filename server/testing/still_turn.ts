/** TURN servers that listen nowhere and relay nothing: what a node does around one, without a worker. */

import type { StartTurn } from "../turn/turn_keeper.ts";
import {
  NO_TOTALS,
  type TurnCertificate,
  type TurnEndpoint,
  type TurnOptions,
  type TurnServer,
  type TurnTotals,
} from "../turn/turn_server.ts";

const PORT = 3478;
const TLS_PORT = 5349;

/** A server as a test sees it. */
export interface StillTurn extends TurnServer {
  readonly options: TurnOptions;
  /** What it was told of renewals, in order. */
  readonly renewed: [username: string, expiresAt: number][];
  /** Certificates that followed the first one. */
  readonly certificates: TurnCertificate[];
  totals: TurnTotals;
  isClosed: boolean;
  /** Ends it as a fault would. */
  die(fault: unknown): void;
}

/** A way to start them, and those that were started. */
export function stillTurn(): {
  start: StartTurn;
  servers: StillTurn[];
  /** Thrown by the next start instead. */
  failures: unknown[];
} {
  const servers: StillTurn[] = [];
  const failures: unknown[] = [];
  function start(options: TurnOptions): Promise<TurnServer> {
    if (failures.length > 0) return Promise.reject(failures.shift());
    servers.push(serverOf(options));
    return Promise.resolve(servers.at(-1)!);
  }
  return { start, servers, failures };
}

function serverOf(options: TurnOptions): StillTurn {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  return {
    options,
    endpoints: endpointsOf(options),
    renewed: [],
    certificates: [],
    isClosed: false,
    ended: promise,
    totals: { ...NO_TOTALS, capacity: 500, maxBytesPerSecond: 1e6 },
    renew(username, expiresAt) {
      this.renewed.push([username, expiresAt]);
    },
    setCertificate(certificate) {
      this.certificates.push(certificate);
    },
    die: resolve,
    close() {
      this.isClosed = true;
      resolve(undefined);
      return Promise.resolve();
    },
  };
}

function endpointsOf(
  { hosts, port, tlsPort, certificate }: TurnOptions,
): TurnEndpoint[] {
  return hosts.flatMap((address): TurnEndpoint[] => [
    { transport: "udp", address, port: port || PORT },
    { transport: "tcp", address, port: port || PORT },
    ...(certificate === null
      ? []
      : [{ transport: "tls", address, port: tlsPort || TLS_PORT } as const]),
  ]);
}
