/** A node: builds the parts, hands each its neighbours, closes them in reverse. */

import { Admission } from "./admission/admission.ts";
import { SpentStamps } from "./admission/spent_stamps.ts";
import { TokenIssuer } from "./admission/token_issuer.ts";
import { Assets } from "./api/assets.ts";
import { type HttpListener, listenHttp } from "./api/http_listener.ts";
import { type Api, createApi } from "./api/router.ts";
import { type Clock, createSystemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { SERVER_LIMITS } from "./limits.ts";
import { readGauges, type Readings } from "./load/gauges.ts";
import { LoadHistory } from "./load/load_history.ts";
import { LoadSampler } from "./load/load_sampler.ts";
import { RoomRegistry } from "./rooms/room_registry.ts";

/** A running node. */
export interface Node {
  /** Where it listens. */
  readonly host: string;
  readonly port: number;
  /** Readiness off, streams told to go elsewhere, sockets closed; within 3 s. */
  close(): Promise<void>;
}

/** What tests replace: time, readings of the machine, chance, where messages go. */
export interface Surroundings {
  readonly clock?: Clock;
  readonly readings?: () => Readings;
  readonly random?: () => number;
  readonly warn?: (message: string) => void;
  readonly onFault?: (fault: unknown) => void;
}

/** The parts of a node, put together, without a socket. */
export interface NodeParts {
  readonly api: Api;
  readonly rooms: RoomRegistry;
  readonly price: LoadSampler;
  /** Sets clockwork going. */
  start(): void;
  /** Readiness off, streams told to go elsewhere, clockwork stopped. */
  close(): void;
}

const GRACE_MS = 2000;

/** Puts a node together. */
export async function buildNode(
  config: Config,
  {
    clock = createSystemClock(),
    readings = readGauges,
    random = Math.random,
    onFault = console.error,
  }: Surroundings = {},
): Promise<NodeParts> {
  const assets = await Assets.load();
  const issuer = await TokenIssuer.create(clock);
  const price = new LoadSampler({
    clock,
    read: readings,
    maxMemoryBytes: config.maxMemoryBytes,
    curve: config.curve,
  });
  const spent = new SpentStamps(clock, SERVER_LIMITS.spentStamps);
  const admission = new Admission({ issuer, spent, price });
  const rooms = new RoomRegistry({
    clock,
    price,
    quote: (request) => admission.quote(request),
    limits: {
      maxSubscribers: config.maxSubscribers,
      maxSubscribersPerAddress: config.maxSubscribersPerIp,
    },
    random,
  });
  const history = new LoadHistory({
    clock,
    price,
    streams: () => rooms.subscribers,
  });
  const startedAt = clock.now();
  const uptimeMs = () => clock.now() - startedAt;
  let isClosing = false;
  const unhealthy = () =>
    isClosing ? "This node is shutting down; use another one." : undefined;
  const services = {
    config,
    admission,
    rooms,
    price,
    history,
    uptimeMs,
    unhealthy,
  };
  return {
    api: createApi({ ...services, assets, onFault }),
    rooms,
    price,
    start() {
      price.start();
      rooms.start();
      history.start();
    },
    close() {
      isClosing = true;
      history.close();
      rooms.close();
      price.close();
    },
  };
}

/** Builds a node and starts it; rejects when it cannot listen. */
export async function startNode(
  config: Config,
  surroundings: Surroundings = {},
): Promise<Node> {
  const parts = await buildNode(config, surroundings);
  const listener = await listen(parts.api, config, surroundings);
  parts.start();
  return {
    host: listener.host,
    port: listener.port,
    async close() {
      parts.close();
      await listener.close(GRACE_MS);
    },
  };
}

/** A default port that is taken gives way to a free one; one that was asked for is an error. */
async function listen(
  api: Api,
  { host, port, isPortExplicit, trustProxy }: Config,
  { warn = console.warn, onFault = console.error }: Surroundings,
): Promise<HttpListener> {
  const options = { api, host, trustProxy, onFault };
  try {
    return await listenHttp({ ...options, port });
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "EADDRINUSE" || isPortExplicit) throw error;
    warn(`Port ${port} is taken, choosing a free one; --port sets another.`);
    return await listenHttp({ ...options, port: 0 });
  }
}
