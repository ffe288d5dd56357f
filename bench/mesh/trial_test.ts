import { assert, assertEquals } from "@std/assert";
import { runTrial, type TrialSetting } from "./trial.ts";

const setting: TrialSetting = {
  ...{ nodes: 24, roomsPerNode: 2, nodesPerRoom: 4 },
  ...{ missing: 0.2, learningMs: 300_000, churn: 0.1 },
  ...{ minutes: 1, postsPerSecond: 0.05, seed: 1 },
};

Deno.test("in a small mesh all arrives, over links between nodes, the same each time", async () => {
  const [once, again] = [await runTrial(setting), await runTrial(setting)];
  assertEquals(once, again);
  assertEquals([once.lost, once.faults], [0, 0]);
  assert(once.deliveries > 250, `${once.deliveries}`);
  assert(once.meanHops > 1 && once.meanHops < 4, `${once.meanHops}`);
  assert(once.links > 3 && once.bytes > 0);
});

Deno.test("where views have next to nothing in common posts are lost: the simulation can tell", async () => {
  const { lost } = await runTrial({ ...setting, missing: 0.97 });
  assert(lost > 100, `${lost}`);
});
