/**
 * What a node measures, part by part. A new part adds a function here, over
 * numbers that the part already has, and node.ts calls it; docs/operating.md
 * gets a row for each metric.
 */

import process from "node:process";
import type { Admission } from "./admission/admission.ts";
import type { SpentStamps } from "./admission/spent_stamps.ts";
import type { HttpListener } from "./api/http_listener.ts";
import type { Exchange } from "./api/exchange.ts";
import type { Price } from "./load/load_sampler.ts";
import type { Metrics } from "./metrics.ts";
import type { RoomRegistry } from "./rooms/room_registry.ts";
import type { TurnKeeper } from "./turn/turn_keeper.ts";
import { VERSION } from "./version.ts";

/** Most answers take less than a millisecond; those of a busy node wait for others. */
const SECONDS_BUCKETS = [
  0.0005,
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
];

/** Measures all parts that a node has before it listens. */
export function measureNode(
  metrics: Metrics,
  { admission, spent, price, rooms, faults }: {
    admission: Admission;
    spent: SpentStamps;
    price: Price;
    rooms: RoomRegistry;
    /** Faults inside the node so far. */
    faults: () => number;
  },
): void {
  measureAdmission(metrics, { admission, spent });
  measurePrice(metrics, price);
  measureRooms(metrics, rooms);
  measureProcess(metrics, faults);
}

/** Measures requests; what it returns is to be told of each. */
export function measureExchanges(
  metrics: Metrics,
): (exchange: Exchange) => void {
  const count = metrics.events({
    name: "sigmesh_http_requests_total",
    help: "Requests answered; a stream counts when it opens",
    labels: ["endpoint", "method", "status"],
  });
  const time = metrics.histogram({
    name: "sigmesh_http_request_duration_seconds",
    help: "Time from a request that has arrived to its answer",
    labels: ["endpoint"],
    buckets: SECONDS_BUCKETS,
  });
  return ({ endpoint, method, status, durationMs }) => {
    count({ endpoint, method, status: `${status}` });
    time({ endpoint }, durationMs / 1000);
  };
}

/** Measures sockets. */
export function measureListener(
  metrics: Metrics,
  listener: HttpListener,
): void {
  metrics.gauge({
    name: "sigmesh_http_connections",
    help: "Connections open",
    read: () => listener.connections,
  });
}

/** The STUN and TURN server; its counts begin anew when it does. */
export function measureTurn(metrics: Metrics, turn: TurnKeeper): void {
  metrics.gauge({
    name: "sigmesh_turn_up",
    help: "1 while the TURN server runs, 0 while it is being started again",
    read: () => Number(turn.isUp),
  });
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
    name: "sigmesh_turn_faults_total",
    help: "Faults inside the TURN server that it survived",
    read: () => turn.totals.faults,
  });
}

/** What is paid and what is not. */
function measureAdmission(
  metrics: Metrics,
  { admission, spent }: { admission: Admission; spent: SpentStamps },
): void {
  const { totals } = admission;
  metrics.counter({
    name: "sigmesh_admissions_total",
    help: "Paid requests admitted: posts, and streams where slots run short",
    read: () => totals.admitted,
  });
  metrics.counter({
    name: "sigmesh_admissions_refused_total",
    help: "Requests that were not paid for, by problem code",
    label: "reason",
    read: () => totals.refused,
  });
  metrics.counter({
    name: "sigmesh_hashes_paid_total",
    help: "Work owed by the requests admitted, in hashes expected",
    read: () => totals.hashesPaid,
  });
  metrics.gauge({
    name: "sigmesh_spent_stamps",
    help: "Spent stamps remembered",
    read: () => spent.size,
  });
}

/** The price and what it is made of. */
function measurePrice(metrics: Metrics, price: Price): void {
  metrics.gauge({
    name: "sigmesh_price_hashes",
    help: "Price of a post without surcharge, in hashes expected",
    read: () => price.work,
  });
  metrics.gauge({
    name: "sigmesh_price_height_bits",
    help: "The same as a height",
    read: () => price.height,
  });
  metrics.gauge({
    name: "sigmesh_pressure",
    help:
      "Factor of the price, 1 to 16, that grows while the node is saturated",
    read: () => price.pressure,
  });
  metrics.gauge({
    name: "sigmesh_load_ratio",
    help: "Load that the price follows, 0 to 1, smoothed",
    label: "resource",
    read: () => ({ ...price.load }),
  });
}

/** Rooms and their streams. */
function measureRooms(metrics: Metrics, rooms: RoomRegistry): void {
  measureHeld(metrics, rooms);
  const { traffic } = rooms;
  metrics.counter({
    name: "sigmesh_streams_opened_total",
    help: "Streams opened",
    read: () => traffic.opened,
  });
  metrics.counter({
    name: "sigmesh_streams_refused_total",
    help: "Streams refused for want of space, by problem code",
    label: "reason",
    read: () => traffic.refused,
  });
  metrics.counter({
    name: "sigmesh_streams_ended_total",
    help: "Streams ended, by who ended them and why",
    label: "reason",
    read: () => traffic.ended,
  });
  metrics.counter({
    name: "sigmesh_messages_delivered_total",
    help: "Messages handed to streams, once for each stream",
    read: () => traffic.delivered,
  });
  metrics.counter({
    name: "sigmesh_stream_sent_bytes_total",
    help: "Bytes handed to the connections of streams",
    read: () => traffic.sentBytes,
  });
}

function measureHeld(metrics: Metrics, rooms: RoomRegistry): void {
  metrics.gauge({
    name: "sigmesh_rooms",
    help: "Active rooms",
    read: () => rooms.size,
  });
  metrics.gauge({
    name: "sigmesh_streams",
    help: "Open streams",
    read: () => rooms.subscribers,
  });
  metrics.gauge({
    name: "sigmesh_history_messages",
    help: "Messages held for replay",
    read: () => rooms.held.messages,
  });
  metrics.gauge({
    name: "sigmesh_history_bytes",
    help: "Bytes of the messages held",
    read: () => rooms.held.bytes,
  });
}

/**
 * The process. prom-client's own collectors are of no use here: under
 * the permissions of a node they report no memory, and of Deno's event loop
 * they know nothing.
 */
function measureProcess(metrics: Metrics, faults: () => number): void {
  const startedAt = Date.now() / 1000 - process.uptime();
  metrics.counter({
    name: "sigmesh_faults_total",
    help: "Faults inside the node; its log says which",
    read: faults,
  });
  metrics.gauge({
    name: "sigmesh_build_info",
    help: "1; the label has the version",
    label: "version",
    read: () => ({ [VERSION]: 1 }),
  });
  metrics.counter({
    name: "process_cpu_seconds_total",
    help: "Processor time of the process",
    read: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  });
  metrics.gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process",
    read: () => Deno.memoryUsage().rss,
  });
  metrics.gauge({
    name: "process_start_time_seconds",
    help: "When the process started, Unix time",
    read: () => startedAt,
  });
}
