/**
 * The price under attack, in simulated time: the real API, admission and price
 * law of a node; honest visitors, and an attacker who knows the law.
 * Run: `deno task bench:price`; `--help` lists options.
 */

import { Command, InvalidArgumentError } from "commander";
import { drawChart } from "./chart.ts";
import { chosenFrom } from "./load/options.ts";
import { CASES } from "./sim/cases.ts";
import {
  chartsOf,
  describeAims,
  describeWorld,
  verdictTable,
} from "./sim/report.ts";
import { runTrial, type TrialResult, type World } from "./sim/trial.ts";
import { judge } from "./sim/verdict.ts";
import type { DeviceClass } from "./sim/visitor.ts";
import { OutputError, writeWhole } from "./tune/output.ts";
import { parseHashRate } from "./tune/quantities.ts";

const POSTS_PER_VISIT = 4;
/** Of what the node can serve, honest visitors take this much. */
const HONEST_SHARE = 0.02;
/** The same ratio as the node's defaults have to what it serves. */
const UNPAID_SHARE = 0.125;

const command = new Command("bench:price")
  .description(
    "Simulates what attacks do to a node's price and to honest visitors.",
  )
  .option(
    "--posts <number>",
    "posts a second that the node can serve; bench:tune measures it",
    count(100, 100_000),
    1000,
  )
  .option(
    "--attacker <rate>",
    "the attacker's hashes a second; what counts is its ratio to --posts",
    hashRate,
    5e9,
  )
  .option("--connections <number>", "of the attacker", count(1, 4096), 1000)
  .option(
    "--device <name=rate>",
    "honest visitors' hashes a second; repeat it for more; equal shares " +
      "(default: phone=8M, laptop=40M, desktop=100M)",
    device,
  )
  .option("--seed <number>", "for chance", count(0, 2 ** 32 - 1), 1)
  .option("--cases <names>", "of these only", chosenFrom(CASES), CASES)
  .option("--report <folder>", "write a report with charts there")
  .option("--json <file>", "write what was seen in each second there")
  .addHelpText(
    "after",
    `\nCases:\n${
      CASES.map(({ name, title }) => `  ${name}: ${title}`).join("\n")
    }`,
  )
  .parse(Deno.args, { from: "user" });
const options = command.opts<{
  posts: number;
  attacker: number;
  connections: number;
  device?: [string, number][];
  seed: number;
  cases: typeof CASES;
  report?: string;
  json?: string;
}>();

const world = worldOf(options);
console.log(`${describeWorld(world)}\n\n${describeAims()}\n`);
const trials: TrialResult[] = [];
for (const attackCase of options.cases) {
  trials.push(
    await runTrial(attackCase, world, (done, all) => {
      if (done % 10 !== 0) return;
      console.error(`${attackCase.title}: ${Math.round(done / all * 100)} %`);
    }),
  );
}
const verdicts = trials.map(judge);
const table = verdictTable(verdicts);
console.log(table);
try {
  await write();
} catch (error) {
  if (!(error instanceof OutputError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}

function worldOf(
  { posts, attacker, connections, seed, device: given }: typeof options,
): World {
  const devices = given ??
    [["phone", 8e6], ["laptop", 40e6], ["desktop", 100e6]] as const;
  return {
    postsPerSecond: posts,
    devices: devices.map(([name, hashesPerSecond]): DeviceClass => ({
      name,
      hashesPerSecond,
      share: 1 / devices.length,
    })),
    visitorsPerSecond: posts * HONEST_SHARE / POSTS_PER_VISIT,
    attackHashesPerSecond: attacker,
    attackConnections: connections,
    seed,
    config: { maxUnpaid: Math.round(posts * UNPAID_SHARE) },
  };
}

async function write(): Promise<void> {
  const { report, json } = options;
  if (report !== undefined) await writeReport(report);
  if (json !== undefined) {
    const seconds = Object.fromEntries(
      trials.map(({ name, seconds }) => [name, seconds]),
    );
    const seen = { version: 1, kind: "price-sim", world, verdicts, seconds };
    await writeWhole(json, JSON.stringify(seen, rounded));
  }
}

async function writeReport(folder: string): Promise<void> {
  const pictures: string[] = [];
  for (const trial of trials) {
    pictures.push(`## ${trial.title}`);
    for (const [name, chart] of Object.entries(chartsOf(trial))) {
      await writeWhole(`${folder}/${name}`, drawChart(chart));
      pictures.push(`![${chart.title}](${name})`);
    }
  }
  const text = [
    "# The price under attack",
    describeWorld(world),
    describeAims(),
    table,
    ...pictures,
  ];
  await writeWhole(`${folder}/report.md`, text.join("\n\n") + "\n");
  console.log(`\nReport: ${folder}/report.md`);
}

/** Four digits are enough, also for a file that is kept. */
function rounded(_name: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value)
    ? Number(value.toPrecision(4))
    : value;
}

function count(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) {
      return value;
    }
    throw new InvalidArgumentError(
      `Expected a whole number from ${least} to ${most}.`,
    );
  };
}

function hashRate(text: string): number {
  const rate = parseHashRate(text);
  if (rate !== undefined) return rate;
  throw new InvalidArgumentError("Expected hashes a second, such as 5G.");
}

function device(
  text: string,
  before: [string, number][] = [],
): [string, number][] {
  const [, name, rate] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || rate === undefined) {
    throw new InvalidArgumentError("Expected a name and a rate: phone=8M.");
  }
  return [...before, [name, hashRate(rate)]];
}
