/** What is simulated, by name. */

import type { MembershipSetting } from "./membership_trial.ts";
import type { TrialSetting } from "./trial.ts";

/** One mesh. */
export type MeshCase =
  | {
    readonly name: string;
    readonly kind: "federation";
    readonly setting: TrialSetting;
  }
  | {
    readonly name: string;
    readonly kind: "membership";
    readonly setting: MembershipSetting;
  };

const MINUTE_MS = 60_000;

const USUAL: TrialSetting = {
  ...{ nodes: 100, roomsPerNode: 2, nodesPerRoom: 4 },
  ...{ missing: 0.05, learningMs: 600_000, churn: 0.1 },
  ...{ minutes: 2, postsPerSecond: 0.1, seed: 1 },
};

function federation(
  name: string,
  changed: Partial<TrialSetting>,
): MeshCase {
  return { name, kind: "federation", setting: { ...USUAL, ...changed } };
}

function membership(
  nodes: number,
  changed: Partial<MembershipSetting> = {},
): MeshCase {
  const setting = {
    ...{ nodes, minutes: 40, seed: 1 },
    newcomerAtMs: 15 * MINUTE_MS + 1000,
    crashAtMs: 30 * MINUTE_MS + 1000,
    ...changed,
  };
  return { name: `views-${nodes}`, kind: "membership", setting };
}

/** The wish stands at `churn`: a mesh of a thousand, a fifth missing from each view. */
export const CASES: readonly MeshCase[] = [
  federation("nodes-10", { nodes: 10, minutes: 10 }),
  federation("nodes-100", {}),
  federation("nodes-1000", { nodes: 1000, minutes: 1 }),
  federation("nodes-3000", { nodes: 3000, minutes: 1 }),
  federation("nodes-10000", { nodes: 10_000, minutes: 1 }),
  federation("missing-1", { nodes: 1000, missing: 0.01, minutes: 2 }),
  federation("missing-5", { nodes: 1000, missing: 0.05, minutes: 2 }),
  federation("missing-20", { nodes: 1000, missing: 0.2, minutes: 2 }),
  federation("churn", {
    ...{ nodes: 1000, missing: 0.2, minutes: 6, postsPerSecond: 0.3 },
  }),
  federation("churn-200", { churn: 2, missing: 0.2, minutes: 15 }),
  federation("crash", {
    ...{ nodes: 1000, missing: 0.2, minutes: 3 },
    ...{ churn: 0, crashAtMs: 90_000 },
  }),
  membership(10),
  membership(100),
  membership(1000),
  membership(10_000, {
    ...{ watched: 12, minutes: 200 },
    newcomerAtMs: 90 * MINUTE_MS + 1000,
    crashAtMs: 120 * MINUTE_MS + 1000,
  }),
];
