/**
 * How many paid posts a second a node on this machine sustains. It runs in a
 * process of its own and checks each stamp in full; its price is next to nothing,
 * since stamps that took mining would measure the miner. Linux.
 */

import { assertClean, rest } from "../load/case.ts";
import { ConnectionLoop } from "../load/connections.ts";
import { postInFlight } from "../load/pace.ts";
import { mainThreadMs, usageOf } from "../load/processes.ts";
import type { RoomServer } from "../load/server.ts";
import { own } from "../load/server_own.ts";
import type { Step } from "./progress.ts";
import { RoomTraffic } from "../load/traffic.ts";

/** As two browsers meet. */
export const READERS_PER_ROOM = 2;
export const POST_BYTES = 300;
const ROOMS = 100;
const IN_FLIGHT = 64;
const WARM_UP_MS = 1000;
/** After so long without a look at signals one would notice. */
const SLICE_MS = 200;

/** What a node sustained, always having posts to do. */
export interface NodeCapacity {
  readonly postsPerSecond: number;
  /** Of one processor, by the node's main thread: near 1, or the node was not the limit. */
  readonly threadShare: number;
  /** Of one processor, by the generator. */
  readonly generatorShare: number;
  readonly seconds: number;
}

/** Options of {@linkcode measureCapacity}. */
export interface CapacityOptions {
  readonly seconds: number;
  readonly onProgress: (step: Step) => void;
  /** Rejects with its reason when it aborts. */
  readonly signal: AbortSignal;
}

/** Starts a node, keeps it busy, and ends it whatever happens. */
export async function measureCapacity(
  options: CapacityOptions,
): Promise<NodeCapacity> {
  const server = await own.start({ processor: "any", config: {} });
  const loop = new ConnectionLoop();
  try {
    options.signal.throwIfAborted();
    return await measure(server, { ...options, loop });
  } finally {
    loop.close();
    await server.stop();
  }
}

async function measure(
  server: RoomServer,
  { seconds, onProgress, signal, loop }: CapacityOptions & {
    loop: ConnectionLoop;
  },
): Promise<NodeCapacity> {
  const traffic = new RoomTraffic({ loop, server, postBytes: POST_BYTES });
  traffic.openStreams({ rooms: ROOMS, perRoom: READERS_PER_ROOM });
  traffic.openPosters(IN_FLIGHT);
  const post = (ms: number) =>
    postInFlight({ loop, traffic, rooms: ROOMS, ms }, IN_FLIGHT);
  post(WARM_UP_MS);

  const pid = server.pids[0]!;
  const read = () => ({
    at: performance.now(),
    threadMs: mainThreadMs(pid),
    generatorMs: usageOf([Deno.pid]).cpuMs,
  });
  let posts = 0;
  traffic.onComplete = () => posts++;
  const start = read();
  const end = start.at + seconds * 1000;
  for (let now = start.at; now < end; now = performance.now()) {
    post(Math.min(SLICE_MS, end - now));
    onProgress({
      seconds: (performance.now() - start.at) / 1000,
      ofSeconds: seconds,
      name: `${posts} posts`,
    });
    await rest(1);
    signal.throwIfAborted();
  }
  const stop = read();
  traffic.onComplete = () => {};
  assertClean(traffic.refusals, traffic.settle());
  const elapsedMs = stop.at - start.at;
  return {
    postsPerSecond: posts / elapsedMs * 1000,
    threadShare: (stop.threadMs - start.threadMs) / elapsedMs,
    generatorShare: (stop.generatorMs - start.generatorMs) / elapsedMs,
    seconds: elapsedMs / 1000,
  };
}
