/** One option of the command line, and how its text is read. */

import { InvalidArgumentError, Option } from "commander";
import { ConfigError, parseCount } from "./config.ts";

/** An option, and how its text is read. */
export function option(
  flags: string,
  description: string,
  parse?: (text: string) => unknown,
): Option {
  const made = new Option(flags, description);
  return parse === undefined ? made : made.argParser((text: string) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new InvalidArgumentError(`${error.message}.`);
    }
  });
}

/** Reads a whole number within bounds. */
export function count(least: number, most: number): (text: string) => number {
  return (text) => parseCount(text, { least, most });
}
