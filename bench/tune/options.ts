/** The command line of bench:tune. */

import { Command, InvalidArgumentError } from "commander";
import { parseCount } from "../../server/config.ts";
import { libcMissing } from "../load/libc.ts";
import { type Attacker, parseAttacker } from "./attackers.ts";
import { type Device, withNamesApart } from "./device.ts";
import { MAX_FILE_BYTES, parseHashRateFile } from "./hash_rate_file.ts";

const MAX_WAIT_SECONDS = 3600;
const MAX_POSTS_PER_SECOND = 1e6;

/** What the operator asks for. */
export interface TuneOptions {
  /** From files; empty: this machine. */
  readonly devices: readonly Device[];
  /** Whose waits are wished for. Default: the slowest. */
  readonly device?: string;
  /** Means in seconds. */
  readonly idleWait: number;
  readonly fullWait: number;
  /** Besides those that follow from what is measured. */
  readonly attackers: readonly Attacker[];
  /** What the node sustains, where it is known already. */
  readonly posts?: number;
  /** How long the node is measured. */
  readonly seconds: number;
  /** Of hash rates. */
  readonly rounds: number;
  /** Path of the file for `--difficulty`. */
  readonly out: string;
  /** Path of a folder. */
  readonly report: string;
}

/** Reads arguments; commander ends the process, saying why, when they cannot be used. */
export function parseTuneOptions(
  args: readonly string[],
  command = new Command("bench:tune"),
): TuneOptions {
  addOptions(command).parse(args, { from: "user" });
  const { attacker: attackers = [], ...given } = command.opts<
    Omit<TuneOptions, "attackers" | "devices"> & { attacker?: Attacker[] }
  >();
  const devices = withNamesApart(command.processedArgs[0] ?? []);
  const options = { ...given, attackers, devices };
  checkTogether(command, options);
  return options;
}

/** What one option alone cannot tell. */
function checkTogether(
  command: Command,
  { device, devices, idleWait, fullWait, posts }: TuneOptions,
): void {
  if (posts === undefined && libcMissing() !== undefined) {
    command.error(
      `error: ${libcMissing()} Or pass --posts: a node's, measured elsewhere.`,
    );
  }
  if (device !== undefined && !devices.some(({ name }) => name === device)) {
    const names = devices.map(({ name }) => `"${name}"`).join(", ");
    command.error(
      `error: --device "${device}" is none of the files' devices` +
        (names === "" ? ": pass its file" : `: ${names}`),
    );
  }
  if (fullWait < idleWait) {
    command.error(
      "error: --full-wait must not be below --idle-wait: a busy node is dearer",
    );
  }
}

function addOptions(command: Command): Command {
  return command
    .description(
      "Sets the price of posts: from hash rates of devices and the waits that " +
        "you wish for, writes the file of --difficulty and a report on what it " +
        "means for them and for attackers.",
    )
    .argument(
      "[files...]",
      "hash rates of devices: from bench:hash --json, or from the page /bench/ " +
        "of a node, opened on a phone; without any, this machine is measured",
      readDevice,
    )
    .option(
      "--device <name>",
      "the device whose waits you wish for (default: the slowest)",
    )
    .option(
      "--idle-wait <seconds>",
      "mean wait for a post when the node is at rest",
      seconds,
      0.05,
    )
    .option(
      "--full-wait <seconds>",
      "mean wait when it is fully loaded",
      seconds,
      3,
    )
    .option(
      "--attacker <name=rate>",
      "an attacker and hashes a second, such as GPU=350M; repeat it for more. " +
        'For a GPU take "Speed" of hashcat -b -m 1400, yours or a published one',
      readAttacker,
    )
    .option(
      "--posts <number>",
      "posts a second that the node sustains, instead of measuring one here",
      count(1, MAX_POSTS_PER_SECOND),
    )
    .option(
      "--seconds <number>",
      "how long to measure a node",
      count(1, 600),
      10,
    )
    .option(
      "--rounds <number>",
      "rounds of measuring hash rates",
      count(1, 100),
      7,
    )
    .option("--out <file>", "where the curve goes", "difficulty.json")
    .option("--report <folder>", "where the report goes", "difficulty-report");
}

function readDevice(path: string, before: readonly Device[] = []): Device[] {
  let json: string;
  try {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile) throw new Error("it is no file");
    if (size > MAX_FILE_BYTES) {
      throw new Error(`it has ${size} bytes, more than ${MAX_FILE_BYTES}`);
    }
    json = Deno.readTextFileSync(path);
  } catch (cause) {
    throw new InvalidArgumentError(
      `Cannot read the file: ${(cause as Error).message}.`,
    );
  }
  const parsed = parseHashRateFile(json);
  if (!parsed.ok) throw new InvalidArgumentError(`The file ${parsed.detail}.`);
  return [...before, parsed.value];
}

function readAttacker(
  text: string,
  before: readonly Attacker[] = [],
): Attacker[] {
  const parsed = parseAttacker(text);
  if (!parsed.ok) throw new InvalidArgumentError(capitalized(parsed.detail));
  return [...before, parsed.value];
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value > 0 && value <= MAX_WAIT_SECONDS) {
    return value;
  }
  throw new InvalidArgumentError(
    `Expected seconds above 0, at most ${MAX_WAIT_SECONDS}, such as 0.05.`,
  );
}

function count(least: number, most: number): (text: string) => number {
  return (text) => {
    try {
      return parseCount(text, { least, most });
    } catch (cause) {
      throw new InvalidArgumentError(capitalized((cause as Error).message));
    }
  };
}

function capitalized(detail: string): string {
  return `${detail[0]!.toUpperCase()}${detail.slice(1)}.`;
}
