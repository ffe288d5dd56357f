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

function membership(nodes: number): MeshCase {
  const setting = {
    ...{ nodes, minutes: 40, seed: 1 },
    newcomerAtMs: 15 * 60_000 + 1000,
    crashAtMs: 30 * 60_000 + 1000,
  };
  return { name: `views-${nodes}`, kind: "membership", setting };
}

/** The wish stands at `churn`: a mesh of a thousand, a fifth missing from each view. */
export const CASES: readonly MeshCase[] = [
  federation("nodes-10", { nodes: 10, minutes: 10 }),
  federation("nodes-100", {}),
  federation("nodes-1000", { nodes: 1000, minutes: 1 }),
  federation("missing-1", { missing: 0.01, minutes: 4 }),
  federation("missing-5", { missing: 0.05, minutes: 4 }),
  federation("missing-20", { missing: 0.2, minutes: 4 }),
  federation("churn", {
    ...{ nodes: 1000, missing: 0.2, minutes: 6, postsPerSecond: 0.3 },
  }),
  federation("churn-200", { churn: 2, missing: 0.2, minutes: 15 }),
  federation("crash", {
    ...{ nodes: 300, missing: 0.2, minutes: 5, crashAtMs: 90_000 },
  }),
  membership(10),
  membership(100),
  membership(1000),
];
