/** A STUN and TURN server in this thread. */

import type { Socket } from "node:dgram";
import { type Clock, createSystemClock } from "../clock.ts";
import { SERVER_LIMITS, type TurnLimits } from "../limits.ts";
import { serveUdp } from "./listener_udp.ts";
import { Tally } from "./tally.ts";
import { Turn } from "./turn.ts";
import { Totals } from "./totals.ts";
import type { TurnEndpoint, TurnOptions, TurnServer } from "./turn_server.ts";
import { bindUdp } from "./udp_socket.ts";

/** What tests and benchmarks replace. */
export interface TurnSurroundings {
  readonly clock?: Clock;
  readonly limits?: Partial<TurnLimits>;
  readonly onFault?: (fault: unknown) => void;
}

/** Listens; rejects, with the system's code, when it cannot. */
export function startTurn(
  options: TurnOptions,
  { clock = createSystemClock(), limits = {}, onFault = () => {} }:
    TurnSurroundings = {},
): Promise<TurnServer> {
  const { sockets, endpoints } = listenUdp(options);
  const tally = new Tally();
  const all = { ...SERVER_LIMITS, ...limits };
  const turn = new Turn({
    options,
    endpoints,
    clock,
    limits: all,
    tally,
    onFault,
  });
  for (const socket of sockets) serveUdp(socket, { turn, tally });
  const totals = new Totals({ clock, tally, limits: all, turn });
  turn.start();
  totals.start();
  return Promise.resolve({
    endpoints,
    get totals() {
      return totals.read();
    },
    renew: (username, expiresAt) => turn.renewals.renew(username, expiresAt),
    close() {
      totals.close();
      turn.close();
      for (const socket of sockets) socket.close();
      return Promise.resolve();
    },
  });
}

function listenUdp({ hosts, port }: TurnOptions): {
  sockets: Socket[];
  endpoints: TurnEndpoint[];
} {
  const sockets: Socket[] = [];
  const endpoints: TurnEndpoint[] = [];
  for (const host of hosts) {
    const bound = bindUdp(host, endpoints[0]?.port ?? port);
    if (!bound.ok) throw bound.error;
    sockets.push(bound.socket);
    endpoints.push({
      transport: "udp",
      address: host,
      port: bound.socket.address().port,
    });
  }
  return { sockets, endpoints };
}
