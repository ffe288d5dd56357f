/** How probes ended, counted for the metrics. */

import type { ProbeFault } from "./probe.ts";

/** With `answered` a node is a member, with anything else not. */
export type ProbeResult = ProbeFault | "no-room" | "self" | "answered";

/** Possible nodes that were never probed: their source had named enough, or they gave way to others. */
export type CandidatesLost = Record<"source" | "displaced", number>;

/** Running totals. */
export interface ProbeTotals {
  readonly probes: Record<ProbeResult, number>;
  /** Members that were dropped. */
  dropped: number;
  readonly candidatesLost: CandidatesLost;
}

/** Nothing yet. */
export function createProbeTotals(): ProbeTotals {
  return {
    probes: {
      "answered": 0,
      "unreachable": 0,
      "timeout": 0,
      "too-large": 0,
      "bad-certificate": 0,
      "no-http": 0,
      "no-node": 0,
      "other-protocol": 0,
      "other-origin": 0,
      "no-key": 0,
      "private-address": 0,
      "asked-lately": 0,
      "no-room": 0,
      "self": 0,
    },
    dropped: 0,
    candidatesLost: { source: 0, displaced: 0 },
  };
}
