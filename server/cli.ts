/** The command line: options and SIGMESH_ variables -> {@linkcode Config}. */

import { Command, Option } from "commander";
import { count, option } from "./cli_option.ts";
import { type DoctorInvocation, parseDoctorArguments } from "./cli_doctor.ts";
import { addMeshOptions, faultOfMesh } from "./cli_mesh.ts";
import {
  addDhtOptions,
  dhtConfigFrom,
  faultOfDht,
  isDhtOption,
} from "./cli_dht.ts";
import {
  addTurnOptions,
  faultOfPair,
  faultOfTurn,
  isTurnOption,
  turnConfigFrom,
} from "./cli_turn.ts";
import {
  type Config,
  DEFAULT_CONFIG,
  LOG_FORMATS,
  LOG_LEVELS,
  parseAddress,
  parseDenied,
  parseFolder,
  parseHosts,
  parseOrigin,
  parseProxies,
  parseText,
  readDifficulty,
} from "./config.ts";
import { VERSION } from "./version.ts";

const MEBIBYTE = 2 ** 20;
const VARIABLE_PREFIX = "SIGMESH_";

/** What to do: serve, look at a node, or print something and exit. */
export type Invocation =
  | { readonly action: "serve"; readonly config: Config }
  | DoctorInvocation;

/** Reads arguments and the variables that stand for options; arguments go before. */
export function parseArguments(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Invocation {
  const [first, ...rest] = args;
  if (first === "doctor") return parseDoctorArguments(rest, variables);
  const output = { stdout: "", stderr: "" };
  const command = createCommand()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.stdout += text,
      writeErr: (text) => output.stderr += text,
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    });
  try {
    applyVariables(command, variables);
    checkSwitches(command, args);
    command.parse(args, { from: "user" });
    checkTogether(command);
  } catch (error) {
    if (!isCommanderError(error)) throw error;
    return { action: "exit", code: error.exitCode, ...output };
  }
  return { action: "serve", config: configFrom(command) };
}

function createCommand(): Command {
  const { host, port, maxMemoryBytes, ...defaults } = DEFAULT_CONFIG;
  const command = new Command("sigmesh")
    .description(
      "A node of the WebRTC signaling mesh: browsers meet here to connect directly.",
    )
    .version(VERSION, "--version", "show the version")
    .helpOption("-h, --help", "show this help")
    .allowExcessArguments(false)
    .showHelpAfterError("(see --help for all options)")
    .addOption(
      option("--host <address>", "address to listen on", parseAddress)
        .default(host),
    )
    .addOption(
      option(
        "--port <number>",
        "port to listen on; 0 chooses a free one",
        count(0, 65535),
      ).default(port),
    )
    .addOption(option(
      "--cert <file>",
      "certificate chain, PEM; with it the node serves https; needs --key",
      parseText,
    ))
    .addOption(option("--key <file>", "private key of --cert, PEM", parseText))
    .addOption(option(
      "--public-url <origin>",
      "origin by which the world reaches this node",
      parseOrigin,
    ))
    .addOption(option(
      "--allowed-hosts <hosts>",
      "further Host headers to answer to, separated by commas",
      parseHosts,
    ))
    .addOption(option(
      "--trust-proxy <addresses>",
      "proxies whose X-Forwarded headers count: addresses, ranges, loopback",
      parseProxies,
    ))
    .addOption(option(
      "--deny <names>",
      "not to be served: addresses, ranges, hashes of rooms",
      parseDenied,
    ))
    .addOption(option(
      "--data-dir <folder>",
      "where the node keeps its key, and the nodes and contacts that it knows",
      parseFolder,
    ))
    .addOption(
      option("--contact <text>", "how to reach the operator", parseText),
    )
    .addOption(
      option("--terms <text>", "where the terms of use are", parseText),
    )
    .addOption(option(
      "--difficulty <file>",
      "price curve, as JSON with idleWork and fullWork",
      readDifficulty,
    ))
    .addOption(
      option(
        "--max-memory <MiB>",
        "memory at which the node counts as full",
        count(64, 2 ** 20),
      ).default(maxMemoryBytes / MEBIBYTE),
    )
    .addOption(
      option(
        "--max-subscribers <number>",
        "open streams in all",
        count(1, 1_000_000),
      ).default(defaults.maxSubscribers),
    )
    .addOption(
      option(
        "--max-subscribers-per-ip <number>",
        "open streams of one IPv4 address or IPv6 /64",
        count(1, 1_000_000),
      ).default(defaults.maxSubscribersPerIp),
    )
    .addOption(
      option(
        "--max-unpaid <number>",
        "free requests a second in all",
        count(10, 1_000_000),
      ).default(defaults.maxUnpaid),
    )
    .addOption(
      option(
        "--max-unpaid-per-ip <number>",
        "free requests a second of one IPv4 address or IPv6 /64",
        count(1, 1_000_000),
      ).default(defaults.maxUnpaidPerIp),
    )
    .addOption(option("--metrics", "answer GET /metrics, for Prometheus"))
    .addOption(
      new Option("--log-level <level>", "least severity to log")
        .choices(LOG_LEVELS).default(defaults.logLevel),
    )
    .addOption(
      new Option("--log-format <format>", "log for people or for programs")
        .choices(LOG_FORMATS).default(defaults.logFormat),
    )
    .addHelpText(
      "after",
      `
Each option can be set by a variable too: --public-url by SIGMESH_PUBLIC_URL.
Started without options, the node serves http://localhost:8000/.
sigmesh doctor URL checks a running node; see sigmesh doctor --help.`,
    );
  addDhtOptions(command);
  addMeshOptions(command);
  addTurnOptions(command);
  return command;
}

/** Sets options by variables. A misspelt one would be a setting that is silently not there. */
function applyVariables(
  command: Command,
  variables: Readonly<Record<string, string>>,
): void {
  const options = new Map(
    command.options.map((made) => [variableOf(made), made]),
  );
  for (const [name, value] of Object.entries(variables)) {
    if (!name.startsWith(VARIABLE_PREFIX)) continue;
    const known = options.get(name);
    if (known === undefined) {
      command.error(
        `error: unknown variable ${name}; each stands for an option: ` +
          "SIGMESH_PORT for --port",
      );
    } else {
      const set = readVariable(command, known, value);
      command.setOptionValueWithSource(known.attributeName(), set, "env");
    }
  }
}

function readVariable(
  command: Command,
  option: Option,
  value: string,
): unknown {
  const refuse = (reason: string) =>
    command.error(`error: variable ${variableOf(option)}: ${reason}`);
  if (isSwitch(option)) {
    return value === "1" || value === "true"
      ? !option.negate
      : refuse(`takes 1, or is left out, got "${value}"`);
  }
  try {
    return option.parseArg?.(value, undefined) ?? value;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function variableOf({ long }: Option): string {
  return VARIABLE_PREFIX + long!.slice(2).replaceAll("-", "_").toUpperCase();
}

function isSwitch({ required, optional }: Option): boolean {
  return !required && !optional;
}

/** Of `--metrics=yes` commander says that it is no option, and asks whether `--metrics` was meant. */
function checkSwitches(command: Command, args: readonly string[]): void {
  for (const { long } of command.options.filter(isSwitch)) {
    if (!args.some((arg) => arg.startsWith(`${long}=`))) continue;
    command.error(
      `error: option '${long}' takes no value: give it alone, or leave it out`,
    );
  }
}

/** What one option alone cannot tell. */
function checkTogether(command: Command): void {
  const { cert, key } = command.opts();
  const fault = faultOfPair({ "--cert": cert, "--key": key }) ??
    faultOfDht(command) ?? faultOfMesh(command) ?? faultOfTurn(command);
  if (fault !== undefined) command.error(`error: ${fault}`);
}

function configFrom(command: Command): Config {
  const {
    cert,
    key,
    maxMemory,
    difficulty,
    ...others
  } = command.opts();
  const given = Object.entries(others).filter(([name]) =>
    !isTurnOption(name) && !isDhtOption(name)
  );
  return Object.freeze({
    ...DEFAULT_CONFIG,
    ...Object.fromEntries(given),
    certificate: cert === undefined ? null : { cert, key },
    dht: dhtConfigFrom(command),
    turn: turnConfigFrom(command),
    isPortExplicit: command.getOptionValueSource("port") !== "default",
    maxMemoryBytes: maxMemory * MEBIBYTE,
    curve: difficulty ?? DEFAULT_CONFIG.curve,
  });
}

function isCommanderError(error: unknown): error is { exitCode: number } {
  return error instanceof Error && "exitCode" in error;
}
