/**
 * Meshes of many nodes in simulated time, over a simulated network: the real
 * rooms, homes, links and membership of each. How many posts are lost, and what
 * a node has to do. Run: `deno task bench:mesh-sim`; `--help` lists options.
 */

import { Command } from "commander";
import { type Chart, drawChart } from "./chart.ts";
import { amount, chosenFrom } from "./load/options.ts";
import { CASES, type MeshCase } from "./mesh/cases.ts";
import { runMembership } from "./mesh/membership_trial.ts";
import {
  costChartOf,
  describeResults,
  type MeshResults,
  probesChartOf,
} from "./mesh/report.ts";
import { runTrial } from "./mesh/trial.ts";
import { OutputError, writeWhole } from "./tune/output.ts";

/** What is larger takes long, and gigabytes. */
const USUAL_CASES = CASES.filter(({ setting }) => setting.nodes <= 1000);

const { cases = USUAL_CASES, quick, seed, minutes, json, ...charts } =
  new Command(
    "bench:mesh-sim",
  )
    .description("Simulates meshes: posts lost, cost of a node, views.")
    .option("--cases <names>", "of these only", chosenFrom(CASES))
    .option("--quick", "the cases of at most 100 nodes, a minute each")
    .option("--seed <number>", "of chance, instead of the cases' own", amount)
    .option("--minutes <number>", "simulated, likewise", amount)
    .option("--json <file>", "adds what was seen to what is there")
    .option("--chart <file>", "draws costs by size, as SVG")
    .option("--probes-chart <file>", "draws probes by size, likewise")
    .addHelpText(
      "after",
      `\nCases: ${CASES.map(({ name }) => name).join(", ")}\n` +
        "Those of more than 1,000 nodes are run where they are named.",
    )
    .parse(Deno.args, { from: "user" })
    .opts<{
      readonly cases?: MeshCase[];
      readonly quick?: true;
      readonly seed?: number;
      readonly minutes?: number;
      readonly json?: string;
      readonly chart?: string;
      readonly probesChart?: string;
    }>();

let results: MeshResults = { federation: {}, membership: {} };
try {
  for (const meshCase of quick ? cases.flatMap(shortened) : cases) {
    results = await run(changed(meshCase));
    if (json !== undefined) results = await addTo(json);
  }
  console.log(describeResults(results));
  await draw(charts.chart, costChartOf(results));
  await draw(charts.probesChart, probesChartOf(results));
} catch (error) {
  if (!(error instanceof OutputError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}

/** What was seen so far, and this. */
async function run({ name, kind, setting }: MeshCase): Promise<MeshResults> {
  const tell = (minute: number, seen: string) =>
    console.error(`${name}, minute ${minute} of ${setting.minutes}: ${seen}`);
  if (kind === "membership") {
    const seen = await runMembership(
      setting,
      ({ minute, known }) => tell(minute, `${known.toFixed(4)} known`),
    );
    const membership = { ...results.membership, [name]: seen };
    return { ...results, membership };
  }
  const seen = await runTrial(setting, (minute, { deliveries }) => {
    const { wanted, reached } = deliveries;
    tell(minute, `${wanted} deliveries, ${wanted - reached} lost`);
  });
  return { ...results, federation: { ...results.federation, [name]: seen } };
}

async function draw(path: string | undefined, chart: Chart): Promise<void> {
  if (path !== undefined) await writeWhole(path, drawChart(chart));
}

async function addTo(path: string): Promise<MeshResults> {
  const before = await readResults(path);
  const all = {
    federation: { ...before.federation, ...results.federation },
    membership: { ...before.membership, ...results.membership },
  };
  await writeWhole(path, JSON.stringify(all, null, 1) + "\n");
  return all;
}

async function readResults(path: string): Promise<MeshResults> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return results;
    throw new OutputError(`Cannot add to ${path}: ${(error as Error).message}`);
  }
}

/** The case as the options want it. */
function changed(meshCase: MeshCase): MeshCase {
  const setting = {
    ...meshCase.setting,
    ...(seed !== undefined && { seed }),
    ...(minutes !== undefined && { minutes }),
  };
  return { ...meshCase, setting } as MeshCase;
}

function shortened(meshCase: MeshCase): MeshCase[] {
  const { setting } = meshCase;
  if (meshCase.kind === "membership" || setting.nodes > 100) return [];
  return [{ ...meshCase, setting: { ...meshCase.setting, minutes: 1 } }];
}
