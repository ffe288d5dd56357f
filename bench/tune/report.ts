/** The report, as Markdown for people. Pure. */

import { heightOf, MAX_PRESSURE } from "@sigmesh/core";
import { formatNumber } from "../load/statistics.ts";
import { postsBought } from "./attackers.ts";
import type { Device } from "./device.ts";
import { POST_BYTES, READERS_PER_ROOM } from "./node_capacity.ts";
import { FULL, REST, type Strain, UTMOST, workAt } from "./price_points.ts";
import { formatHashRate, formatSeconds, formatWork } from "./quantities.ts";
import { timesMeanAt } from "./solve_tail.ts";
import type { Capacity, Tuning } from "./tuning.ts";
import { verdictOn } from "./verdicts.ts";

/** A thread that is used less has waited for something. */
const BUSY_SHARE = 0.9;

const STRAINS: readonly [string, Strain][] = [
  ["at rest", REST],
  ["at full load", FULL],
  [`at full load and pressure ${MAX_PRESSURE}`, UTMOST],
];

/** The whole report; its charts lie beside it. */
export function formatTuning(tuning: Tuning): string {
  const { date, machine, command, attackers } = tuning;
  const sentences = attackers.map((attacker) =>
    verdictOn(attacker, tuning).sentence
  );
  const warnings = warningsOf(tuning);
  const areGiven = attackers.some(({ isGiven }) => isGiven);
  return [
    "# What a post costs",
    `${escape(machine)}, ${date}`,
    `    ${command}`,
    priceTable(tuning),
    escape(wishSentence(tuning)),
    "![Height over load, without pressure and at the most](height.svg)",
    ...(warnings.length === 0 ? [] : ["## Warnings", bullets(warnings)]),
    "## Devices",
    deviceTable(tuning.devices),
    tailSentence(),
    waitTable(tuning),
    "![Wait over load for each device, p50 and p99](wait.svg)",
    "## The node",
    nodeSentence(tuning.node),
    "## Attackers",
    attackerTable(tuning),
    bullets(sentences),
    ...(areGiven ? [] : [
      "No other attacker was given: for a GPU, say, pass --attacker NAME=RATE.",
    ]),
    "![Posts that each attacker can buy, over load](attackers.svg)",
  ].join("\n\n") + "\n";
}

/** What the operator should know before using the curve. */
export function warningsOf(tuning: Tuning): string[] {
  const { wished, attackers, node } = tuning;
  return [
    ...wished.unmet,
    ...attackers.flatMap((attacker) =>
      verdictOn(attacker, tuning).warning ?? []
    ),
    ...(node.source === "measured" && node.threadShare < BUSY_SHARE
      ? [idleSentence(node.generatorShare)]
      : []),
  ];
}

function priceTable({ wished: { curve } }: Tuning): string {
  return table(
    ["price", "work", "height, bits"],
    STRAINS.map(([when, strain]) => {
      const work = workAt(strain, curve);
      return [when, formatWork(work), heightOf(work).toFixed(2)];
    }),
  );
}

/** What the wishes have come to. */
export function wishSentence({ wishes, wished: { curve } }: Tuning): string {
  const { device, idleWaitSeconds, fullWaitSeconds } = wishes;
  const wait = (work: number) => formatSeconds(work / device.hashesPerSecond);
  return `On ${device.name} a post takes ${wait(curve.idleWork)} on average ` +
    `at rest (wished: ${formatSeconds(idleWaitSeconds)}) and ` +
    `${wait(curve.fullWork)} at full load (wished: ` +
    `${formatSeconds(fullWaitSeconds)}).`;
}

function deviceTable(devices: readonly Device[]): string {
  return table(
    ["device", "pays by", "threads", "hash rate", "measured", "runtime"],
    devices.map((device) => [
      device.name,
      device.engine,
      `${device.threads} of ${device.processors}`,
      `${formatHashRate(device.hashesPerSecond)} ` +
      `(${formatHashRate(device.least)} to ${formatHashRate(device.most)})`,
      device.date.slice(0, 10),
      device.runtime,
    ]),
  );
}

function tailSentence(): string {
  const times = (share: number) => timesMeanAt(share).toFixed(2);
  return `Half of all solves take less than ${times(0.5)} times the mean, ` +
    `99 % less than ${
      times(0.99)
    } times. Waits are of mining alone, p50 / p99:`;
}

function waitTable({ devices, wished: { curve } }: Tuning): string {
  return table(
    ["device", ...STRAINS.map(([when]) => when)],
    devices.map(({ name, hashesPerSecond }) => [
      name,
      ...STRAINS.map(([, strain]) => {
        const mean = workAt(strain, curve) / hashesPerSecond;
        return [0.5, 0.99]
          .map((share) => formatSeconds(mean * timesMeanAt(share)))
          .join(" / ");
      }),
    ]),
  );
}

function nodeSentence(node: Capacity): string {
  const posts = `${formatNumber(node.postsPerSecond)} posts a second`;
  if (node.source === "given") {
    return `The node sustains ${posts}, as given by --posts.`;
  }
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const { seconds, threadShare, generatorShare } = node;
  const sentence = `A node on this machine took ${posts} of ${POST_BYTES} ` +
    `bytes, each with a stamp and for ${READERS_PER_ROOM} readers, over ` +
    `${formatNumber(seconds)} s. Its thread used ${
      percent(threadShare)
    } of a ` +
    `processor, the generator ${percent(generatorShare)}.`;
  return threadShare < BUSY_SHARE
    ? `${sentence} ${idleSentence(generatorShare)}`
    : sentence;
}

function idleSentence(generatorShare: number): string {
  return generatorShare >= BUSY_SHARE
    ? "The generator could not keep the node busy: it sustains more."
    : "Something else kept the processors from the node: it sustains more on a " +
      "quiet machine.";
}

function attackerTable(tuning: Tuning): string {
  const { wished: { curve }, attackers } = tuning;
  return table(
    [
      "attacker",
      "hash rate",
      "from",
      ...STRAINS.map(([when]) => `posts/s ${when}`),
      "within what the node sustains from",
    ],
    attackers.map((attacker) => [
      attacker.name,
      formatHashRate(attacker.hashesPerSecond),
      attacker.basis,
      ...STRAINS.map(([, strain]) =>
        formatNumber(postsBought(attacker.hashesPerSecond, { strain, curve }))
      ),
      verdictOn(attacker, tuning).heldAt,
    ]),
  );
}

function bullets(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${escape(sentence)}`).join("\n");
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const isNumeric = (column: number) =>
    rows.every((cells) => /^[\d.]+/.test(cells[column]!));
  return [
    line(head),
    line(head.map((_, column) => isNumeric(column) ? "---:" : "---")),
    ...rows.map((cells) => line(cells.map(escape))),
  ].join("\n");
}

/** Names come from files of others: none becomes markup. */
function escape(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|#!&~]/g, "\\$&");
}
