/** What options of benchmarks are read by. */

import { InvalidArgumentError } from "commander";

/** Reads names separated by commas. */
export function chosenFrom<T extends { readonly name: string }>(
  all: readonly T[],
): (text: string) => T[] {
  return (text) =>
    text.split(",").map((name) => {
      const found = all.find((item) => item.name === name);
      if (found !== undefined) return found;
      const names = all.map((item) => item.name).join(", ");
      throw new InvalidArgumentError(`"${name}" is none of ${names}.`);
    });
}

/** Reads a number above 0. */
export function amount(text: string): number {
  const value = Number(text);
  if (value > 0 && value < Infinity) return value;
  throw new InvalidArgumentError(`"${text}" is no number above 0.`);
}
