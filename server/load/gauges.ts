/** Raw readings of the machine and of this process. */

import os from "node:os";
import process from "node:process";

/** Running totals and present sizes; shares are made of them elsewhere. */
export interface Readings {
  /** Time that the host's processors were busy, all together, since some start. */
  readonly hostBusyMs: number;
  /** Busy and idle time, likewise. */
  readonly hostTotalMs: number;
  /** Processor time of this process's main thread. */
  readonly threadMs: number;
  /** Resident memory of this process. */
  readonly rssBytes: number;
  /** Share of the host's memory that is not available, 0..1. */
  readonly hostMemoryUsed: number;
}

/** Reads the machine. */
export function readGauges(): Readings {
  let hostBusyMs = 0;
  let hostTotalMs = 0;
  for (const { times } of os.cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq;
    hostBusyMs += busy;
    hostTotalMs += busy + times.idle;
  }
  const thread = process.threadCpuUsage();
  const { total, available } = Deno.systemMemoryInfo();
  return {
    hostBusyMs,
    hostTotalMs,
    threadMs: (thread.user + thread.system) / 1000,
    rssBytes: Deno.memoryUsage().rss,
    hostMemoryUsed: total > 0 ? 1 - available / total : 0,
  };
}
