/** Who may want to flood the node, and what its price leaves to them. */

import { MAX_PRESSURE, MAX_WORK, type PriceCurve } from "@sigmesh/core";
import type { Device } from "./device.ts";
import { type Strain, strainFor, workAt } from "./price_points.ts";
import { parseHashRate } from "./quantities.ts";

const MAX_NAME = 80;
const CORES = 100;

/** Somebody who spends all their hashes on one node. */
export interface Attacker {
  readonly name: string;
  readonly hashesPerSecond: number;
  /** Where the rate comes from, for the report. */
  readonly basis: string;
  /** Whether the operator gave it; else it follows from measurements. */
  readonly isGiven: boolean;
}

/** How fast one thread of this machine hashes. */
export interface ThreadRates {
  /** As a page does. */
  readonly page: number;
  /** The fastest native code at hand. */
  readonly native: number;
}

/** Reads `RTX 4090=22G`. */
export function parseAttacker(text: string):
  | { ok: true; value: Attacker }
  | { ok: false; detail: string } {
  const at = text.lastIndexOf("=");
  const name = text.slice(0, Math.max(0, at))
    .replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim();
  const hashesPerSecond = parseHashRate(text.slice(at + 1));
  if (
    name === "" || name.length > MAX_NAME || hashesPerSecond === undefined
  ) {
    return {
      ok: false,
      detail: "expected a name and hashes a second, such as GPU=350M",
    };
  }
  return {
    ok: true,
    value: {
      name,
      hashesPerSecond,
      basis: "given by --attacker",
      isGiven: true,
    },
  };
}

/** Those whose rates follow from what was measured. */
export function measuredAttackers(
  fastest: Device,
  { page, native }: ThreadRates,
): Attacker[] {
  const factor = Math.max(1, native / page);
  return [
    {
      name: `${fastest.name} with native code`,
      hashesPerSecond: fastest.hashesPerSecond * factor,
      basis: factor > 1
        ? `its rate, times ${factor.toFixed(2)}: node:crypto in bulk beside ` +
          "a page's code, on one thread of this machine"
        : "its rate: a page's code is faster here than node:crypto in bulk",
      isGiven: false,
    },
    {
      name: `${CORES} cores like this machine's`,
      hashesPerSecond: CORES * page * factor,
      basis: `${CORES} times the faster of the two on one thread`,
      isGiven: false,
    },
  ];
}

/** Where an attacker can no longer buy more posts than the node sustains. */
export type Outcome =
  | { readonly held: "by load"; readonly strain: Strain }
  | { readonly held: "by pressure"; readonly strain: Strain }
  /** Not even at the utmost; `fullWork` would have to be this. */
  | { readonly held: "by a dearer curve"; readonly fullWork: number }
  /** By no price: the node would have to sustain so many posts a second. */
  | { readonly held: "by more nodes"; readonly postsPerSecond: number };

/** The outcome for somebody who spends so many hashes a second. */
export function outcomeFor(
  hashesPerSecond: number,
  { curve, postsPerSecond }: { curve: PriceCurve; postsPerSecond: number },
): Outcome {
  const work = hashesPerSecond / postsPerSecond;
  const strain = strainFor(work, curve);
  if (strain !== undefined) {
    return { held: strain.pressure > 1 ? "by pressure" : "by load", strain };
  }
  return work <= MAX_WORK
    ? { held: "by a dearer curve", fullWork: work / MAX_PRESSURE }
    : { held: "by more nodes", postsPerSecond: hashesPerSecond / MAX_WORK };
}

/** Posts a second that these hashes buy. */
export function postsBought(
  hashesPerSecond: number,
  { strain, curve }: { strain: Strain; curve: PriceCurve },
): number {
  return hashesPerSecond / workAt(strain, curve);
}
