/** The command line of `sigmesh doctor`. */

import { Command, InvalidArgumentError } from "commander";
import { ConfigError, parseOrigin } from "./config.ts";

/** Exit status of wrong usage; 1 says that a check failed. */
const WRONG_USAGE = 2;

/** What to look at and how to tell, or what to print instead. */
export type DoctorInvocation =
  | {
    readonly action: "doctor";
    readonly url: string;
    readonly json: boolean;
    /** Without the check that takes 20 s. */
    readonly isQuick: boolean;
  }
  | {
    readonly action: "exit";
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
  };

/** Reads what stands after `doctor`. */
export function parseDoctorArguments(
  args: readonly string[],
  { SIGMESH_PUBLIC_URL: publicUrl = "http://localhost:8000" }: Readonly<
    Record<string, string>
  > = {},
): DoctorInvocation {
  const output = { stdout: "", stderr: "" };
  const command = new Command("sigmesh doctor")
    .description("Checks a node from outside and says what to do.")
    .argument("[url]", "origin of the node; else SIGMESH_PUBLIC_URL", publicUrl)
    .option("--json", "one JSON object instead of lines", false)
    .option("--quick", "without the wait of 20 s for a heartbeat", false)
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      "\nExit status: 0 nothing failed, 1 a check failed, 2 wrong usage.",
    )
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.stdout += text,
      writeErr: (text) => output.stderr += text,
    });
  try {
    command.parse(args, { from: "user" });
    const url = readOrigin(command.processedArgs[0]);
    const { json, quick: isQuick } = command.opts();
    return { action: "doctor", url, json, isQuick };
  } catch (error) {
    if (error instanceof InvalidArgumentError) {
      output.stderr += `error: ${error.message}\n`;
    } else if (!(error instanceof Error && "exitCode" in error)) throw error;
    const code = (error as InvalidArgumentError).exitCode === 0
      ? 0
      : WRONG_USAGE;
    return { action: "exit", code, ...output };
  }
}

function readOrigin(text: string): string {
  try {
    return parseOrigin(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}
