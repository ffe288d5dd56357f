/**
 * TURN under load, beside coturn and npm node-turn. Linux, two processors.
 * Run: `deno task bench:turn`; `--help` lists options.
 */

import { Command } from "commander";
import type { RoundResult } from "./load/report.ts";
import { describeMachine, prepareMachine } from "./load/machine.ts";
import { amount, chosenFrom } from "./load/options.ts";
import { sortOut } from "./load/server.ts";
import {
  BESIDE_HTTP_TITLE,
  measureBeside,
  measureCapacity,
  type Placement,
  PLACEMENTS,
} from "./turn/beside_http.ts";
import type { TurnCase } from "./turn/case.ts";
import { closedCases } from "./turn/case_closed.ts";
import { openCases } from "./turn/case_open.ts";
import { DatagramLoop } from "./turn/datagrams.ts";
import { formatTurnReport } from "./turn/report.ts";
import type { TurnServerKind } from "./turn/server.ts";
import { coturn } from "./turn/server_coturn.ts";
import { nodeTurn } from "./turn/server_node_turn.ts";
import { own } from "./turn/server_own.ts";

const KINDS = [own, coturn, nodeTurn];
const CASES = [...closedCases, ...openCases];

const options = new Command("bench:turn")
  .description("Measures relaying; servers take turns, each started anew.")
  .option("--rounds <number>", "rounds", amount, 3)
  .option("--seconds <number>", "time for one figure", amount, 1)
  .option("--servers <names>", "of these only", chosenFrom(KINDS), KINDS)
  .option("--cases <names>", "of these only", chosenFrom(CASES), CASES)
  .option("--no-http", "without GET / beside relaying")
  .option("--json <file>", "write the raw numbers there")
  .addHelpText(
    "after",
    "\nServers: " + KINDS.map(({ name }) => name).join(", ") + "\nCases:\n" +
      CASES.map((c) => `  ${c.name}: ${c.description}`).join("\n"),
  )
  .parse(Deno.args, { from: "user" })
  .opts<{
    readonly rounds: number;
    readonly seconds: number;
    readonly servers: TurnServerKind[];
    readonly cases: TurnCase[];
    readonly http: boolean;
    readonly json?: string;
  }>();

const ms = options.seconds * 1000;
const { serverProcessor } = await prepareMachine();

const { kinds, skipped } = await sortOut(options.servers);
const failures: string[] = [];
const results: RoundResult[] = [];
const besideHttp: RoundResult[] = [];
for (let round = 0; round < options.rounds; round++) {
  for (const kind of kinds) results.push(await measure(kind, round));
  if (options.http) besideHttp.push(...await measureAllBeside(round));
}

/** All cases on one server, each in a process of its own. */
async function measure(
  kind: TurnServerKind,
  round: number,
): Promise<RoundResult> {
  const figures: RoundResult["figures"] = {};
  for (const turnCase of options.cases) {
    const what = `round ${round + 1}, ${kind.name}, ${turnCase.name}`;
    console.error(what);
    const server = await kind.start(serverProcessor);
    const loop = new DatagramLoop();
    try {
      Object.assign(figures, turnCase.run({ loop, server, ms }));
    } catch (error) {
      failures.push(`${what}: ${(error as Error).message}`);
      console.error(failures.at(-1));
    } finally {
      loop.close();
      await server.stop();
    }
  }
  return { round, server: kind.name, figures };
}

/** Both placements, at half of what the worker can relay in this round. */
async function measureAllBeside(round: number): Promise<RoundResult[]> {
  const measured: RoundResult[] = [];
  try {
    const perSecond = await measureCapacity(ms) / 2;
    for (const server of Object.keys(PLACEMENTS) as Placement[]) {
      console.error(`round ${round + 1}, ${server}`);
      const metrics = await measureBeside(server, { perSecond, ms: 3 * ms });
      const figures = { [BESIDE_HTTP_TITLE]: metrics };
      measured.push({ round, server, figures });
    }
  } catch (error) {
    failures.push(`round ${round + 1}, GET /: ${(error as Error).message}`);
    console.error(failures.at(-1));
  }
  return measured;
}

const report = {
  version: 1,
  kind: "turn-load",
  date: new Date().toISOString(),
  machine: describeMachine(),
  servers: kinds.map(({ name, description }) => ({ name, description })),
  skipped,
  failures,
  results,
  besideHttp,
} as const;
console.log(formatTurnReport(report));
if (options.json !== undefined) {
  await Deno.writeTextFile(options.json, JSON.stringify(report, null, 2));
  console.error(`written to ${options.json}`);
}
