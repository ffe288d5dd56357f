/** What an attacker can do to the node under the curve, in sentences. */

import { heightOf, MAX_WORK } from "@sigmesh/core";
import { formatNumber } from "../load/statistics.ts";
import {
  type Attacker,
  type Outcome,
  outcomeFor,
  postsBought,
} from "./attackers.ts";
import { FULL, REST, type Strain, UTMOST, workAt } from "./price_points.ts";
import { formatSeconds } from "./quantities.ts";
import { timesMeanAt } from "./solve_tail.ts";
import type { Tuning } from "./tuning.ts";

/** Judgement on one attacker. */
export interface Verdict {
  /** From where on the attacker is held, `load 0.44`; for a table. */
  readonly heldAt: string;
  /** What happens. */
  readonly sentence: string;
  /** What to change, where load alone does not hold the attacker. */
  readonly warning?: string;
}

/** Judges one attacker. */
export function verdictOn(attacker: Attacker, tuning: Tuning): Verdict {
  const { wished: { curve }, node: { postsPerSecond } } = tuning;
  const { hashesPerSecond } = attacker;
  const outcome = outcomeFor(hashesPerSecond, { curve, postsPerSecond });
  return outcome.held === "by load"
    ? heldByLoad(attacker, { strain: outcome.strain, tuning })
    : notHeldByLoad(attacker, { outcome, tuning });
}

function heldByLoad(
  { name, hashesPerSecond }: Attacker,
  { strain, tuning }: { strain: Strain; tuning: Tuning },
): Verdict {
  const buys = buysOf(hashesPerSecond, tuning);
  const { load } = strain;
  if (load === REST.load) {
    return {
      heldAt: "rest",
      sentence: `${name} can buy ${buys(REST)} posts a second at rest, not ` +
        `more than ${sustained(tuning)}.`,
    };
  }
  return {
    heldAt: `load ${load.toFixed(2)}`,
    sentence: `${name} can buy ${buys(REST)} posts a second at rest and ` +
      `${buys(FULL)} at full load: from load ${load.toFixed(2)} on not more ` +
      `than ${sustained(tuning)}. ${honestWait(strain, tuning)}`,
  };
}

function notHeldByLoad(
  { name, hashesPerSecond }: Attacker,
  { outcome, tuning }: {
    outcome: Exclude<Outcome, { held: "by load" }>;
    tuning: Tuning;
  },
): Verdict {
  const buys = buysOf(hashesPerSecond, tuning);
  const enough = hashesPerSecond / tuning.node.postsPerSecond;
  const byLoad = enough <= MAX_WORK
    ? `to hold this by load alone, take --full-wait ${fullWait(enough, tuning)}`
    : "no curve holds this by load alone";
  const outbuys =
    `${name} can buy ${buys(FULL)} posts a second at full load, ` +
    `more than ${sustained(tuning)}`;
  const always = `${outbuys}, and ${buys(UTMOST)} at the highest price`;
  switch (outcome.held) {
    case "by pressure": {
      const { strain } = outcome;
      const pressure = `pressure ${formatNumber(strain.pressure)}`;
      return {
        heldAt: pressure,
        sentence: `${outbuys}, but not from ${pressure} on. ` +
          honestWait(strain, tuning),
        warning: `${outbuys}: the node stays saturated until it comes to ` +
          `${pressure}; ${byLoad}.`,
      };
    }
    case "by a dearer curve":
      return {
        heldAt: "no price of this curve",
        sentence: `${always}.`,
        warning:
          `${always}: no price of this curve holds this. With at least ` +
          `--full-wait ${fullWait(outcome.fullWork, tuning)} the highest ` +
          `pressure does; ${byLoad}.`,
      };
    case "by more nodes":
      return {
        heldAt: "no price",
        sentence: `${always}.`,
        warning:
          `${always}: no price of the protocol holds this. The node would ` +
          `have to sustain ${formatNumber(outcome.postsPerSecond)} posts a ` +
          "second: use a faster machine, or run more nodes.",
      };
  }
}

function buysOf(
  hashesPerSecond: number,
  { wished: { curve } }: Tuning,
): (strain: Strain) => string {
  return (strain) =>
    formatNumber(postsBought(hashesPerSecond, { strain, curve }));
}

function sustained({ node: { postsPerSecond } }: Tuning): string {
  return `the ${formatNumber(postsPerSecond)} that the node sustains`;
}

/** What it costs those who do not attack. */
function honestWait(
  strain: Strain,
  { wished: { curve }, wishes: { device } }: Tuning,
): string {
  const work = workAt(strain, curve);
  const mean = work / device.hashesPerSecond;
  return `There the height is ${heightOf(work).toFixed(2)} bits, and ` +
    `${device.name} waits ${formatSeconds(mean)} on average, ` +
    `${formatSeconds(mean * timesMeanAt(0.99))} at p99.`;
}

/** As the option takes it, rounded up to two digits that count. */
function fullWait(work: number, { wishes: { device } }: Tuning): string {
  const seconds = work / device.hashesPerSecond;
  const unit = 10 ** (Math.floor(Math.log10(seconds)) - 1);
  return `${Number((Math.ceil(seconds / unit) * unit).toPrecision(3))}`;
}
