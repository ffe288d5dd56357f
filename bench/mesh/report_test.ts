import { assert, assertEquals } from "@std/assert";
import { costChartOf, describeResults, probesChartOf } from "./report.ts";
import { runTrial } from "./trial.ts";

const result = await runTrial({
  ...{ nodes: 8, roomsPerNode: 1, nodesPerRoom: 4 },
  ...{ missing: 0, learningMs: 0, churn: 0.1 },
  ...{ minutes: 1, postsPerSecond: 0.05, seed: 1 },
});
const views = (nodes: number, probes: number[]) => ({
  setting: {
    ...{ nodes, minutes: probes.length, seed: 1 },
    ...{ newcomerAtMs: 61_000, crashAtMs: 121_000 },
  },
  minutes: probes.map((probesPerSecond, at) => ({
    ...{ minute: at + 1, known: 0.5, dead: 0, probesPerSecond },
  })),
});
const results = {
  federation: {
    "nodes-1000": {
      ...result,
      setting: { ...result.setting, nodes: 1000 },
    },
    "nodes-8": result,
    "crash": result,
  },
  membership: {
    "views-3": views(3, [4, 3, 2, 1]),
    "views-2": views(2, [1.25, 0.75, 0.5, 0.25]),
  },
};

Deno.test("a report has a row for each mesh and for each minute of views", () => {
  const text = describeResults(results);
  assertEquals(text.match(/^\| nodes-8 +\| 8 /gm)?.length, 1);
  assert(text.includes(`| ${result.deliveries} | 0 |`));
  assert(text.includes("| 1 | 50 % | 0 % |  |  | 1.25 |"));
});

Deno.test("the charts have those of another size, the smallest first", () => {
  const [links] = costChartOf(results).lines;
  assertEquals(links!.points.map(([nodes]) => nodes), [8, 1000]);
  const [first, settled] = probesChartOf(results).lines;
  assertEquals(first!.points, [[2, 1.25], [3, 4]]);
  assertEquals(settled!.points, [[2, 0.75], [3, 3]]);
});
