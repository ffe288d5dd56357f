/**
 * The price that the node would ask if it had the machine for itself: here
 * flooder and payers keep the other processor busy, which the node rightly
 * counts as load of its host. The same law, the same readings, but of the host
 * only the node's own time.
 */

import { DEFAULT_CURVE } from "@sigmesh/core";
import type { Clock } from "../../server/clock.ts";
import { DEFAULT_CONFIG } from "../../server/config.ts";
import { readGauges, type Readings } from "../../server/load/gauges.ts";
import { LoadSampler } from "../../server/load/load_sampler.ts";
import { mainThreadMs, usageOf } from "../load/processes.ts";

/** A sampler of a node in another process; to be told once a second to sample. */
export function priceAlone(nodePid: number, clock: Clock): LoadSampler {
  return new LoadSampler({
    clock,
    read: () => readNode(nodePid),
    maxMemoryBytes: DEFAULT_CONFIG.maxMemoryBytes,
    curve: DEFAULT_CURVE,
  });
}

function readNode(pid: number): Readings {
  const { cpuMs, rssBytes } = usageOf([pid]);
  return {
    ...readGauges(),
    hostBusyMs: cpuMs,
    threadMs: mainThreadMs(pid),
    rssBytes,
  };
}
