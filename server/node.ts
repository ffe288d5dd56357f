/** A node: builds the parts, hands each its neighbours, closes them in reverse. */

import type { verify } from "@sigmesh/core";
import { Admission } from "./admission/admission.ts";
import { SpentStamps } from "./admission/spent_stamps.ts";
import { TokenIssuer } from "./admission/token_issuer.ts";
import { Assets } from "./api/assets.ts";
import {
  type HttpListener,
  type HttpListenerOptions,
  listenHttp,
} from "./api/http_listener.ts";
import { type Api, createApi } from "./api/router.ts";
import { Certificate } from "./api/certificate.ts";
import { Upgrades } from "./api/upgrades.ts";
import { type Clock, createSystemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { SERVER_LIMITS } from "./limits.ts";
import { Denial } from "./denial.ts";
import { Effort } from "./load/effort.ts";
import { readGauges, type Readings } from "./load/gauges.ts";
import { LoadHistory } from "./load/load_history.ts";
import { LoadSampler } from "./load/load_sampler.ts";
import { PartPrice } from "./load/part_price.ts";
import { UnpaidBudget } from "./load/unpaid_budget.ts";
import { logOf } from "./log.ts";
import { reportLosses } from "./loss_report.ts";
import type { Dht } from "./mesh/dht/dht.ts";
import { createNetwork } from "./mesh/members/network.ts";
import { measureDht, measureLinks, measureMesh } from "./mesh_metrics.ts";
import { buildDht, startDht } from "./node_dht.ts";
import {
  buildLinks,
  type LinksPart,
  type LinksSurroundings,
} from "./node_links.ts";
import {
  buildMesh,
  type MeshPart,
  type MeshSurroundings,
} from "./node_mesh.ts";
import {
  measureListener,
  measureNode,
  measureUpgrades,
} from "./node_metrics.ts";
import {
  buildTurn,
  type TurnPart,
  type TurnSurroundings,
} from "./node_turn.ts";
import { RoomRegistry } from "./rooms/room_registry.ts";
import type { TurnEndpoint } from "./turn/turn_server.ts";
import { startTurnWorker } from "./turn/turn_thread.ts";
import { measureTurn } from "./turn_metrics.ts";
import { Watch } from "./watch.ts";

/** A running node. */
export interface Node {
  /** Where it listens. */
  readonly host: string;
  readonly port: number;
  /** Where its STUN and TURN server listens; empty without one. */
  readonly turnEndpoints: readonly TurnEndpoint[];
  /** What it is made of, for those who look inside: tests and benchmarks. */
  readonly parts: NodeParts;
  /** Readiness off, streams told to go elsewhere, sockets closed; within 5 s. */
  close(): Promise<void>;
}

/** What tests and simulations replace: time, readings of the machine, chance, where messages go. */
export interface Surroundings
  extends Partial<TurnSurroundings>, Partial<MeshSurroundings> {
  readonly clock?: Clock;
  readonly readings?: () => Readings;
  readonly random?: () => number;
  readonly warn?: (message: string) => void;
  readonly onFault?: (fault: unknown) => void;
  /** The other nodes; without them this one is alone. */
  readonly links?: LinksSurroundings | undefined;
  /** In place of hashing, where chance stands for it. */
  readonly verifyWork?: typeof verify;
}

/** The parts of a node, put together, without a socket. */
export interface NodeParts {
  readonly api: Api;
  readonly rooms: RoomRegistry;
  readonly price: LoadSampler;
  readonly clock: Clock;
  readonly effort: Effort;
  readonly watch: Watch;
  /** Null on a node without STUN and TURN. */
  readonly turn: TurnPart | null;
  /** Null on a node without the DHT. */
  readonly dht: Dht | null;
  /** Null on a node without others. */
  readonly mesh: MeshPart | null;
  /** Null on a node that is alone. */
  readonly links: LinksPart | null;
  /** Which requests become links. */
  readonly upgrades: Upgrades | undefined;
  /** Sets clockwork going. */
  start(): void;
  /** Readiness off, streams told to go elsewhere, clockwork stopped. */
  close(): Promise<void>;
}

const GRACE_MS = 2000;
const http = logOf("http");
const streams = logOf("streams");
const meshLog = logOf("mesh");

/** Puts a node together. */
export async function buildNode(
  config: Config,
  {
    clock = createSystemClock(),
    readings = readGauges,
    random = Math.random,
    warn = logWarning,
    onFault = logFault,
    verifyWork,
    links: others,
    startTurn = startTurnWorker,
    turnLifetimeSeconds,
    network = createNetwork(),
  }: Surroundings = {},
): Promise<NodeParts> {
  const assets = await Assets.load();
  const denial = new Denial(config.deny);
  const issuer = await TokenIssuer.create(clock);
  const effort = new Effort();
  const price = new LoadSampler({
    clock,
    read: readings,
    maxMemoryBytes: config.maxMemoryBytes,
    curve: config.curve,
    effort,
  });
  const unpaid = new UnpaidBudget({
    clock,
    perAddress: config.maxUnpaidPerIp,
    perNode: config.maxUnpaid,
    saturation: () => price.saturation,
  });
  const spent = new SpentStamps(clock, { capacity: SERVER_LIMITS.spentStamps });
  const admission = new Admission({ issuer, spent, price, verifyWork });
  const rooms = new RoomRegistry({
    clock,
    price,
    quote: (request) => admission.quote(request),
    limits: {
      maxSubscribers: config.maxSubscribers,
      maxSubscribersPerAddress: config.maxSubscribersPerIp,
    },
    effort,
    random,
  });
  const watch = new Watch({
    isMeasuring: config.metrics,
    log: http,
    onFault,
  });
  const { metrics, faults, noteFault } = watch;
  measureNode(metrics, {
    ...{ admission, spent, unpaid, price, rooms, config, faults },
  });
  const turn = buildTurn(config, {
    ...{ clock, startTurn, turnLifetimeSeconds, warn, onFault: noteFault },
  });
  const keeper = turn?.offer.keeper ?? null;
  if (keeper !== null) {
    measureTurn(metrics, { keeper, desk: turn!.offer.desk });
  }
  const mesh = await buildMesh(config, {
    ...{ clock, random, network, effort, unpaid, onFault: noteFault },
    info: (message) => meshLog.info("{message}", { message }),
    warn: (message) => meshLog.warning("{message}", { message }),
  });
  if (mesh !== null) measureMesh(metrics, mesh.members);
  const dht = await buildDht(config, {
    ...{ clock, random, network, warn, onFault: noteFault },
    rendezvous: mesh && {
      announcePort: () => mesh.announcePort,
      onHint: (hint) => mesh.members.hearHost(hint),
    },
  });
  if (dht !== null) measureDht(metrics, dht);
  const links = buildLinks(others ?? mesh?.links, {
    ...{ clock, rooms, denial, price, effort, random, verifyWork },
    onFault: noteFault,
  });
  if (links !== null) {
    mesh?.members.setLinks(links.federation.homes);
    measureLinks(metrics, links.federation);
  }
  const upgrades = links === null ? undefined : new Upgrades({
    ...{ door: links.door, hosts: config, denial, unpaid, effort },
  });
  if (upgrades !== undefined) measureUpgrades(metrics, upgrades);
  const turnPrice = new PartPrice({
    ...{ clock, price, load: () => keeper?.load ?? 0 },
  });
  const history = new LoadHistory({
    clock,
    price,
    streams: () => rooms.subscribers,
  });
  const startedAt = clock.now();
  const uptimeMs = () => clock.now() - startedAt;
  let isClosing = false;
  let endReport = () => {};
  const unhealthy = () =>
    isClosing ? "This node is shutting down; use another one." : undefined;
  const services = {
    config,
    denial,
    admission,
    rooms,
    price,
    metrics,
    history,
    turn: turn?.offer ?? null,
    mesh: mesh?.offer ?? null,
    turnPrice,
    dht,
    uptimeMs,
    unhealthy,
  };
  return {
    api: createApi({
      ...services,
      assets,
      unpaid,
      effort,
      onFault: noteFault,
      onExchange: watch.noteExchange,
    }),
    rooms,
    price,
    clock,
    effort,
    watch,
    turn,
    dht,
    mesh,
    links,
    upgrades,
    start() {
      price.start();
      turnPrice.start();
      rooms.start();
      links?.start();
      history.start();
      endReport = reportLosses({
        clock,
        traffic: rooms.traffic,
        tell: (losses) => streams.info("{losses}", { losses }),
      });
    },
    async close() {
      isClosing = true;
      endReport();
      history.close();
      await rooms.close();
      links?.close();
      turnPrice.close();
      price.close();
    },
  };
}

/** Builds a node and starts it; rejects when it cannot listen. */
export async function startNode(
  config: Config,
  surroundings: Surroundings = {},
): Promise<Node> {
  const { warn = logWarning } = surroundings;
  if (config.dataDir !== null) await openDataDir(config.dataDir);
  const certificate = config.certificate === null
    ? undefined
    : await Certificate.load(config.certificate);
  const parts = await buildNode(config, surroundings);
  const { api, clock, effort, watch, turn, dht, mesh, upgrades } = parts;
  const onFault = watch.noteFault;
  const ownOfTurn = await loadTurnCertificate(config);
  const certificateOfTurn = ownOfTurn ?? certificate;
  const options = { api, clock, effort, certificate, upgrades, onFault };
  const listener = await listen(config, { options, warn });
  try {
    await turn?.start(certificateOfTurn?.pair ?? null);
    await mesh?.start(listener.port);
    if (dht !== null) startDht(dht, config, warn);
  } catch (error) {
    await Promise.all([turn?.close(), dht?.close(), mesh?.close()]);
    await listener.close(0);
    throw error;
  }
  measureListener(watch.metrics, listener);
  parts.start();
  certificateOfTurn?.onChange((pair) => turn?.setCertificate(pair));
  for (const files of [certificate, ownOfTurn]) files?.start({ clock, warn });
  return {
    host: listener.host,
    port: listener.port,
    turnEndpoints: turn?.offer.keeper?.endpoints ?? [],
    parts,
    async close() {
      for (const files of [certificate, ownOfTurn]) files?.close();
      await parts.close();
      await Promise.all([turn?.close(), dht?.close(), mesh?.close()]);
      await listener.close(GRACE_MS);
    },
  };
}

/** Makes the folder where there is none; it is nobody else's to read. */
async function openDataDir(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(
      `--data-dir ${path}: ${message}; name a folder that the node's user may write to`,
      { cause },
    );
  }
}

/** What TURN over TLS shows instead of the node's certificate, if it has files of its own. */
async function loadTurnCertificate(
  { turn }: Config,
): Promise<Certificate | undefined> {
  if (turn.kind !== "embedded" || turn.certificate === null) return undefined;
  const options = { cert: "--turn-cert", key: "--turn-key" };
  return await Certificate.load(turn.certificate, options);
}

/** A default port that is taken gives way to a free one; one that was asked for is an error. */
async function listen(
  { host, port, isPortExplicit, trustProxy }: Config,
  { options, warn }: {
    options: Omit<HttpListenerOptions, "host" | "port" | "trustProxy">;
    warn: (message: string) => void;
  },
): Promise<HttpListener> {
  const listening = { ...options, host, trustProxy };
  try {
    return await listenHttp({ ...listening, port });
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "EADDRINUSE" || isPortExplicit) throw error;
    warn(`Port ${port} is taken, choosing a free one; --port sets another.`);
    return await listenHttp({ ...listening, port: 0 });
  }
}

function logWarning(message: string): void {
  http.warning("{message}", { message });
}

function logFault(fault: unknown): void {
  http.error("Fault: {fault}", { fault });
}
