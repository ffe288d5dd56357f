/**
 * Room streams under load, beside npm signalhub and nchan. Linux, two processors.
 * Run: `deno task bench:rooms`; `--help` lists options.
 */

import { Command } from "commander";
import { burstCase } from "./load/case_burst.ts";
import { homeCase } from "./load/case_home.ts";
import { roomsCase } from "./load/case_rooms.ts";
import { shutdownCase } from "./load/case_shutdown.ts";
import { stoppedCase } from "./load/case_stopped.ts";
import type { LoadCase } from "./load/case.ts";
import { ConnectionLoop } from "./load/connections.ts";
import { describeMachine, prepareMachine } from "./load/machine.ts";
import { amount, chosenFrom } from "./load/options.ts";
import { formatReport, type RoundResult } from "./load/report.ts";
import { type ServerKind, sortOut } from "./load/server.ts";
import { nchan } from "./load/server_nchan.ts";
import { own } from "./load/server_own.ts";
import { signalhub } from "./load/server_signalhub.ts";

const KINDS = [own, signalhub, nchan];
const CASES = [roomsCase, burstCase, homeCase, stoppedCase, shutdownCase];

interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly streams: number;
  readonly servers: ServerKind[];
  readonly cases: LoadCase[];
  readonly config: Record<string, unknown>;
  readonly json?: string;
}

const options = new Command("bench:rooms")
  .description(
    "Measures rooms under load; servers take turns, each started anew.",
  )
  .option("--rounds <number>", "rounds", amount, 3)
  .option("--seconds <number>", "time for one figure", amount, 4)
  .option("--streams <number>", "streams in rooms of two", amount, 10_000)
  .option("--servers <names>", "of these only", chosenFrom(KINDS), KINDS)
  .option("--cases <names>", "of these only", chosenFrom(CASES), CASES)
  .option(
    "--config <json>",
    "further settings of our node",
    (text: string) => JSON.parse(text),
    {},
  )
  .option("--json <file>", "write the raw numbers there")
  .addHelpText(
    "after",
    "\nServers: " + KINDS.map(({ name }) => name).join(", ") + "\nCases:\n" +
      CASES.map((c) => `  ${c.name}: ${c.description}`).join("\n"),
  )
  .parse(Deno.args, { from: "user" })
  .opts<Options>();

const { serverProcessor } = await prepareMachine();

const { kinds, skipped } = await sortOut(options.servers);
const failures: string[] = [];
const results: RoundResult[] = [];
for (let round = 0; round < options.rounds; round++) {
  for (const kind of kinds) {
    results.push({
      round,
      server: kind.name,
      figures: await measure(kind, round),
    });
  }
}

/** All cases on one server, each in a process of its own. */
async function measure(kind: ServerKind, round: number) {
  const { config, streams, seconds } = options;
  const figures: RoundResult["figures"] = {};
  for (const loadCase of options.cases) {
    const what = `round ${round + 1}, ${kind.name}, ${loadCase.name}`;
    console.error(what);
    const server = await kind.start({ processor: serverProcessor, config });
    const loop = new ConnectionLoop();
    try {
      const ms = seconds * 1000;
      const context = { loop, server, ms, streams };
      Object.assign(figures, await loadCase.run(context));
    } catch (error) {
      failures.push(`${what}: ${(error as Error).message}`);
      console.error(failures.at(-1));
    } finally {
      loop.close();
      await server.stop();
    }
  }
  return figures;
}

const report = {
  version: 1,
  kind: "room-load",
  date: new Date().toISOString(),
  machine: describeMachine(),
  servers: kinds.map(({ name, description }) => ({ name, description })),
  skipped,
  failures,
  results,
} as const;
console.log(formatReport(report));
if (options.json !== undefined) {
  await Deno.writeTextFile(options.json, JSON.stringify(report, null, 2));
  console.error(`written to ${options.json}`);
}
