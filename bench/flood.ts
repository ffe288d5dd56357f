/**
 * What a flood of unpaid requests does to a node's price and to those who pay.
 * Linux, two processors. Run: `deno task bench:flood`; `--help` lists options.
 */

import { Command } from "commander";
import { FLOODS } from "./flood/floods.ts";
import { formatFloods } from "./flood/report.ts";
import { runTrial, type TrialResult } from "./flood/trial.ts";
import { describeMachine, prepareMachine } from "./load/machine.ts";
import { amount, chosenFrom } from "./load/options.ts";

const names = FLOODS.map(({ name, title }) => `  ${name}: ${title}`);
const command = new Command("bench:flood")
  .description("Floods nodes and watches their price and two honest payers.")
  .option("--quiet-seconds <number>", "before and after a flood", amount, 8)
  .option("--flood-seconds <number>", "length of a flood", amount, 20)
  .option("--floods <names>", "of these only", chosenFrom(FLOODS), FLOODS)
  .option(
    "--alone",
    "let the node count only its own time as load of its host",
    false,
  )
  .option("--json <file>", "write the raw numbers there")
  .argument("[arguments...]", "further arguments of the node, after --")
  .addHelpText("after", `\nFloods:\n${names.join("\n")}`)
  .parse(Deno.args, { from: "user" });
const { quietSeconds, floodSeconds, floods, alone, json } = command.opts<{
  quietSeconds: number;
  floodSeconds: number;
  floods: typeof FLOODS;
  alone: boolean;
  json?: string;
}>();

const { serverProcessor, generatorProcessor } = await prepareMachine();
const trials: TrialResult[] = [];
for (const flood of floods) {
  console.error(flood.title);
  trials.push(
    await runTrial(flood, {
      nodeProcessor: serverProcessor,
      flooderProcessor: generatorProcessor,
      quietSeconds,
      floodSeconds,
      isAlone: alone,
      nodeArguments: command.args,
    }),
  );
}

const report = {
  version: 1,
  kind: "flood",
  date: new Date().toISOString(),
  machine: describeMachine(),
  quietSeconds,
  floodSeconds,
  isAlone: alone,
  trials,
} as const;
console.log(formatFloods(report));
if (json !== undefined) {
  await Deno.writeTextFile(json, JSON.stringify(report, null, 2));
  console.error(`written to ${json}`);
}
