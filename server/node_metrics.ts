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
import type { Upgrades } from "./api/upgrades.ts";
import type { Config } from "./config.ts";
import { SERVER_LIMITS } from "./limits.ts";
import type { LoadSampler } from "./load/load_sampler.ts";
import type { UnpaidBudget } from "./load/unpaid_budget.ts";
import type { Metrics } from "./metrics.ts";
import type { RoomRegistry } from "./rooms/room_registry.ts";
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
  { admission, spent, unpaid, price, rooms, config, faults }: {
    admission: Admission;
    spent: SpentStamps;
    unpaid: UnpaidBudget;
    price: LoadSampler;
    rooms: RoomRegistry;
    config: Pick<Config, "maxSubscribers" | "maxMemoryBytes">;
    /** Faults inside the node so far. */
    faults: () => number;
  },
): void {
  measureAdmission(metrics, { admission, spent });
  measureUnpaid(metrics, unpaid);
  measurePrice(metrics, price);
  measureThread(metrics, price);
  measureRooms(metrics, rooms);
  measureProcess(metrics, faults);
  metrics.bound("maxSubscribers", {
    used: () => rooms.subscribers,
    most: config.maxSubscribers,
  });
  metrics.bound("maxMemoryBytes", {
    used: residentBytes,
    most: config.maxMemoryBytes,
  });
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
  metrics.gauge({
    name: "sigmesh_http_answers_held",
    help: "Answers held back from those who ask for too much",
    read: () => listener.held,
  });
  metrics.counter({
    name: "sigmesh_http_refused_total",
    help: "Requests refused before they could be read, by problem code",
    label: "reason",
    read: () => listener.totals.refused,
  });
  metrics.counter({
    name: "sigmesh_http_ended_total",
    help: "Connections, or requests of HTTP/2, ended without an answer",
    label: "reason",
    read: () => listener.totals.ended,
  });
  metrics.bound("heldAnswers", {
    used: () => listener.held,
    most: SERVER_LIMITS.heldAnswers,
  });
}

/** Requests of other nodes for a link. */
export function measureUpgrades(metrics: Metrics, upgrades: Upgrades): void {
  metrics.counter({
    name: "sigmesh_links_refused_total",
    help: "Links that others asked for and were refused, by problem code",
    label: "reason",
    read: () => upgrades.refused,
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
  metrics.bound("spentStamps", {
    used: () => spent.size,
    most: SERVER_LIMITS.spentStamps,
  });
}

/** What is free, and rationed. */
function measureUnpaid(metrics: Metrics, unpaid: UnpaidBudget): void {
  metrics.counter({
    name: "sigmesh_unpaid_refused_total",
    help: "Free requests, links too, refused or made to wait, by problem code",
    label: "reason",
    read: () => unpaid.refused,
  });
  metrics.gauge({
    name: "sigmesh_unpaid_left_ratio",
    help: "Share of what all may have for free at once that is left, 0 to 1",
    read: () => unpaid.left,
  });
  metrics.bound("budgetedAddresses", {
    used: () => unpaid.size,
    most: SERVER_LIMITS.budgetedAddresses,
  });
}

/** The price and what it is made of. */
function measurePrice(metrics: Metrics, price: LoadSampler): void {
  metrics.gauge({
    name: "sigmesh_price_hashes",
    help: "Price of a post without surcharge, in hashes expected",
    read: () => price.work,
  });
  metrics.gauge({
    name: "sigmesh_price_height",
    help: "The same as a height, which is its binary logarithm",
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

/** The main thread, which answers everything but TURN. */
function measureThread(metrics: Metrics, price: LoadSampler): void {
  metrics.gauge({
    name: "sigmesh_thread_busy_ratio",
    help: "Share of the main thread in use, unpaid work too, 0 to 1, smoothed",
    read: () => price.saturation,
  });
  metrics.counter({
    name: "sigmesh_thread_late_seconds_total",
    help: "Time by which a tick of each second came late, added up",
    read: () => price.lateMs / 1000,
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
  metrics.counter({
    name: "sigmesh_history_lost_messages_total",
    help: "Messages no longer held, at a limit, before their time",
    read: () => rooms.lostMessages,
  });
  metrics.bound("rooms", {
    used: () => rooms.size,
    most: SERVER_LIMITS.rooms,
  });
  metrics.bound("historyBytes", {
    used: () => rooms.held.bytes,
    most: SERVER_LIMITS.historyBytes,
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
    read: residentBytes,
  });
  metrics.gauge({
    name: "process_start_time_seconds",
    help: "When the process started, Unix time",
    read: () => startedAt,
  });
}

function residentBytes(): number {
  return Deno.memoryUsage().rss;
}
