/**
 * Sets the price of posts from measured hash rates and wished waits.
 * Run: `deno task bench:tune`; `--help` lists options.
 */

import { resolve } from "node:path";
import { drawChart } from "./chart.ts";
import { describeMachine } from "./load/machine.ts";
import { measuredAttackers } from "./tune/attackers.ts";
import { chartsOf } from "./tune/charts.ts";
import { type Device, deviceOf, fastestFirst } from "./tune/device.ts";
import { measureCapacity } from "./tune/node_capacity.ts";
import { parseTuneOptions } from "./tune/options.ts";
import { checkOutput, OutputError, writeWhole } from "./tune/output.ts";
import { Progress } from "./tune/progress.ts";
import { formatTuning, warningsOf, wishSentence } from "./tune/report.ts";
import { shellWord } from "./tune/shell_word.ts";
import { type MachineRates, measureThisMachine } from "./tune/this_machine.ts";
import { type Capacity, formatDifficulty, type Tuning } from "./tune/tuning.ts";
import { curveFor } from "./tune/wishes.ts";

/** Long enough for a rate, short enough for many rounds. */
const RATE_MS = 200;
/** What shells say of a process that Ctrl-C has ended. */
const STOPPED = 130;

const options = parseTuneOptions(Deno.args);
const { signal } = stoppedBySignals();
const progress = new Progress({
  isTerminal: Deno.stderr.isTerminal(),
  write: (text) => Deno.stderr.writeSync(new TextEncoder().encode(text)),
});

try {
  await checkOutput(options);
  const tuning = await tune();
  signal.throwIfAborted();
  await write(tuning);
  summarize(tuning);
  Deno.exit(0);
} catch (error) {
  progress.end();
  if (signal.aborted) {
    console.error("Stopped; nothing was written.");
    Deno.exit(STOPPED);
  }
  if (!(error instanceof OutputError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}

/** Aborts at Ctrl-C, so that what was started is ended. */
function stoppedBySignals(): AbortController {
  const stopping = new AbortController();
  const isWindows = Deno.build.os === "windows"; // it knows no SIGTERM
  for (const name of isWindows ? [] : ["SIGTERM"] as const) {
    Deno.addSignalListener(name, () => stopping.abort());
  }
  Deno.addSignalListener("SIGINT", () => stopping.abort());
  return stopping;
}

async function tune(): Promise<Tuning> {
  const rates = await measureRates();
  const devices = fastestFirst(
    options.devices.length > 0 ? options.devices : [ownDevice(rates)],
  );
  const wishes = {
    device: devices.find(({ name }) => name === options.device) ??
      devices.at(-1)!,
    idleWaitSeconds: options.idleWait,
    fullWaitSeconds: options.fullWait,
  };
  return {
    date: new Date().toISOString(),
    machine: describeMachine(),
    command: ["deno task bench:tune", ...Deno.args.map(shellWord)].join(" "),
    devices,
    threads: rates.threads,
    node: await capacity(),
    wishes,
    wished: curveFor(wishes),
    attackers: [
      ...measuredAttackers(devices[0]!, rates.threads),
      ...options.attackers,
    ],
  };
}

async function measureRates(): Promise<MachineRates> {
  progress.begin("Measuring hash rates of this machine");
  const rates = await measureThisMachine({
    rounds: options.rounds,
    durationMs: RATE_MS,
    asDevice: options.devices.length === 0,
    onProgress: (step) => progress.at(step),
    signal,
  });
  progress.end();
  return rates;
}

function ownDevice({ report }: MachineRates): Device {
  const device = deviceOf(report);
  if (device !== undefined) return device;
  throw new Error("No engine works on this machine: pass a device's file.");
}

async function capacity(): Promise<Capacity> {
  if (options.posts !== undefined) {
    return { source: "given", postsPerSecond: options.posts };
  }
  progress.begin("Measuring how many posts a second a node sustains here");
  const measured = await measureCapacity({
    seconds: options.seconds,
    onProgress: (step) => progress.at(step),
    signal,
  });
  progress.end();
  return { source: "measured", ...measured };
}

/** The curve last: what a node will read exists only with its report. */
async function write(tuning: Tuning): Promise<void> {
  for (const [name, chart] of Object.entries(chartsOf(tuning))) {
    await writeWhole(`${options.report}/${name}`, drawChart(chart));
  }
  await writeWhole(`${options.report}/report.md`, formatTuning(tuning));
  await writeWhole(options.out, formatDifficulty(tuning));
}

function summarize(tuning: Tuning): void {
  console.log(wishSentence(tuning));
  for (const warning of warningsOf(tuning)) console.log(`Warning: ${warning}`);
  if (options.devices.length === 0) {
    console.log(
      "Only this machine was measured: pass files of your users' devices, from " +
        "the page /bench/ of a node.",
    );
  }
  const out = resolve(options.out);
  console.log(`
Curve:  ${out}
Report: ${resolve(options.report)}/report.md

Start the node with it:
deno task start --difficulty ${shellWord(out)}`);
}
