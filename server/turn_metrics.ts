/** What is measured of STUN and TURN. */

import { SERVER_LIMITS } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import type { CredentialDesk } from "./turn/credential_desk.ts";
import type { TurnKeeper } from "./turn/turn_keeper.ts";

/** The STUN and TURN server; its counts begin anew when it does. */
export function measureTurn(
  metrics: Metrics,
  { keeper: turn, desk }: { keeper: TurnKeeper; desk: CredentialDesk },
): void {
  measureUse(metrics, { turn, desk });
  metrics.gauge({
    name: "sigmesh_turn_up",
    help: "1 while the TURN server runs, 0 while it is being started again",
    read: () => Number(turn.isUp),
  });
  metrics.counter({
    name: "sigmesh_turn_allocations_made_total",
    help: "TURN allocations made",
    read: () => turn.totals.allocationsMade,
  });
  metrics.counter({
    name: "sigmesh_turn_relayed_packets_total",
    help: "Packets relayed, sent by clients or received by them",
    label: "direction",
    read: () => ({ ...turn.totals.relayedPackets }),
  });
  metrics.counter({
    name: "sigmesh_turn_relayed_bytes_total",
    help: "Bytes relayed, headers of TURN left out",
    label: "direction",
    read: () => ({ ...turn.totals.relayedBytes }),
  });
  metrics.counter({
    name: "sigmesh_turn_refused_total",
    help: "TURN requests answered with an error, by its code",
    label: "code",
    read: () => turn.totals.refused,
  });
  metrics.counter({
    name: "sigmesh_turn_dropped_total",
    help: "Packets dropped without an answer, by reason",
    label: "reason",
    read: () => turn.totals.dropped,
  });
  metrics.counter({
    name: "sigmesh_turn_displaced_total",
    help: "Allocations and connections that gave way to others' at a limit",
    label: "kind",
    read: () => ({ ...turn.totals.displaced }),
  });
  metrics.counter({
    name: "sigmesh_turn_faults_total",
    help: "Faults inside the TURN server that it survived",
    read: () => turn.totals.faults,
  });
}

/** How much of it is used. */
function measureUse(
  metrics: Metrics,
  { turn, desk }: { turn: TurnKeeper; desk: CredentialDesk },
): void {
  metrics.gauge({
    name: "sigmesh_turn_allocations",
    help: "TURN allocations",
    read: () => turn.totals.allocations,
  });
  metrics.gauge({
    name: "sigmesh_turn_capacity_allocations",
    help: "TURN allocations that the server can hold",
    read: () => turn.totals.capacity,
  });
  metrics.gauge({
    name: "sigmesh_turn_load_ratio",
    help: "How full the TURN server is, 0 to 1; the price of /token follows it",
    read: () => turn.load,
  });
  metrics.gauge({
    name: "sigmesh_turn_connections",
    help: "Connections to the TURN server over TCP and TLS",
    read: () => turn.totals.connections,
  });
  const { turnAllocations, turnConnections, turnRenewals } = SERVER_LIMITS;
  metrics.bound("turnAllocations", {
    used: () => turn.totals.allocations,
    most: turnAllocations,
  });
  metrics.bound("turnConnections", {
    used: () => turn.totals.connections,
    most: turnConnections,
  });
  metrics.bound("turnRenewals", {
    used: () => desk.renewals.size,
    most: turnRenewals,
  });
}
