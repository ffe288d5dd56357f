/** The result: what was measured and wished, and the curve that follows. */

import type { Attacker, ThreadRates } from "./attackers.ts";
import type { Device } from "./device.ts";
import type { NodeCapacity } from "./node_capacity.ts";
import type { WishedCurve, Wishes } from "./wishes.ts";

/** What the node sustains: measured here, or as the operator says. */
export type Capacity =
  | { readonly source: "measured" } & NodeCapacity
  | { readonly source: "given"; readonly postsPerSecond: number };

/** Everything that the report tells. */
export interface Tuning {
  /** ISO 8601. */
  readonly date: string;
  readonly machine: string;
  /** That repeats it. */
  readonly command: string;
  /** The fastest first. */
  readonly devices: readonly Device[];
  /** Of this machine. */
  readonly threads: ThreadRates;
  readonly node: Capacity;
  readonly wishes: Wishes;
  readonly wished: WishedCurve;
  readonly attackers: readonly Attacker[];
}

/** The file for `--difficulty`. */
export function formatDifficulty(
  { wished, wishes, threads, ...tuning }: Tuning,
): string {
  const { date, machine, command, devices, node, attackers } = tuning;
  const { device, idleWaitSeconds, fullWaitSeconds } = wishes;
  return JSON.stringify(
    {
      version: 1,
      ...wished.curve,
      measured: {
        ...{ date, machine, command },
        wishes: { device: device.name, idleWaitSeconds, fullWaitSeconds },
        devices,
        thread: {
          pageHashesPerSecond: threads.page,
          nativeHashesPerSecond: threads.native,
        },
        node,
        attackers,
      },
    },
    null,
    2,
  ) + "\n";
}
