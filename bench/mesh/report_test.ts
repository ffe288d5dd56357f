import { assert, assertEquals } from "@std/assert";
import { chartOf, describeResults } from "./report.ts";
import { runTrial } from "./trial.ts";

const result = await runTrial({
  ...{ nodes: 8, roomsPerNode: 1, nodesPerRoom: 4 },
  ...{ missing: 0, learningMs: 0, churn: 0.1 },
  ...{ minutes: 1, postsPerSecond: 0.05, seed: 1 },
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
    "views-2": [{ minute: 1, known: 0.5, dead: 0, probesPerSecond: 1.25 }],
  },
};

Deno.test("a report has a row for each mesh and for each minute of views", () => {
  const text = describeResults(results);
  assertEquals(text.match(/^\| nodes-8 +\| 8 /gm)?.length, 1);
  assert(text.includes(`| ${result.deliveries} | 0 |`));
  assert(text.includes("| 1 | 50 % | 0 % |  |  | 1.25 |"));
});

Deno.test("the chart has those of another size, the smallest first", () => {
  const [links] = chartOf(results).lines;
  assertEquals(links!.points.map(([nodes]) => nodes), [8, 1000]);
});
