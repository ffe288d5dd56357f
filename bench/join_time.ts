/**
 * How long two pages take to meet, beside PeerJS and Trystero over a tracker.
 * Run: `deno task bench:join`; `--help` lists options.
 */

import { Command } from "commander";
import { chromiumPath, launchChromium } from "../server/testing/chromium.ts";
import {
  type Candidate,
  JOIN_CASES,
  measureJoin,
  type MeetingPlace,
} from "./join/candidate.ts";
import { own, ownTrystero } from "./join/candidate_own.ts";
import { peerJs } from "./join/candidate_peerjs.ts";
import { torrent } from "./join/candidate_torrent.ts";
import { formatJoinReport } from "./join/report.ts";
import { describeMachine } from "./load/machine.ts";
import type { Metrics } from "./load/meter.ts";
import { amount, chosenFrom } from "./load/options.ts";
import type { RoundResult } from "./load/report.ts";
import { sortOut } from "./load/server.ts";

const CANDIDATES = [own, ownTrystero, peerJs, torrent];

const options = new Command("bench:join")
  .description("Measures meetings in headless Chromium; candidates take turns.")
  .option("--rounds <number>", "rounds", amount, 20)
  .option(
    "--candidates <names>",
    "of these only",
    chosenFrom(CANDIDATES),
    CANDIDATES,
  )
  .option("--json <file>", "write the raw numbers there")
  .addHelpText(
    "after",
    `\nCandidates: ${CANDIDATES.map(({ name }) => name).join(", ")}`,
  )
  .parse(Deno.args, { from: "user" })
  .opts<{
    readonly rounds: number;
    readonly candidates: Candidate[];
    readonly json?: string;
  }>();

if (chromiumPath === undefined) {
  console.error("No Chromium found: install one, or set CHROME to its path.");
  Deno.exit(1);
}
const { kinds, skipped } = await sortOut(options.candidates);
const failures: string[] = [];
const results: RoundResult[] = [];
const browser = await launchChromium();
const places = new Map<Candidate, MeetingPlace>();
try {
  for (const kind of kinds) places.set(kind, await kind.start());
  for (let round = 0; round < options.rounds; round++) {
    for (const [kind, place] of places) {
      if (!browser.isConnected()) break; // interrupted
      const figures = await measure(place, `round ${round + 1}, ${kind.name}`);
      results.push({ round, server: kind.name, figures });
    }
  }
} finally {
  await browser.close();
  for (const place of places.values()) await place.stop();
}

/** All cases of one candidate, once. */
async function measure(
  place: MeetingPlace,
  what: string,
): Promise<Record<string, Metrics>> {
  const figures: Record<string, Metrics> = {};
  for (const { title, headStartMs } of JOIN_CASES) {
    try {
      const ms = await measureJoin({ place, browser, headStartMs });
      figures[title] = { ms };
      console.error(`${what}, ${title}: ${ms.toFixed()} ms`);
    } catch (error) {
      const [reason] = (error as Error).message.split("\n");
      failures.push(`${what}, ${title}: ${reason}`);
      console.error(failures.at(-1));
    }
  }
  return figures;
}

const report = {
  version: 1,
  kind: "join-time",
  date: new Date().toISOString(),
  machine: `${describeMachine()}, Chromium ${browser.version()}`,
  servers: kinds.map(({ name, description }) => ({ name, description })),
  skipped,
  failures,
  results,
} as const;
console.log(formatJoinReport(report));
if (options.json !== undefined) {
  await Deno.writeTextFile(options.json, JSON.stringify(report, null, 2));
  console.error(`written to ${options.json}`);
}
