/** Simulated meshes as Markdown and as a chart. Pure. */

import type { Chart } from "../chart.ts";
import type {
  MembershipResult,
  MembershipSetting,
} from "./membership_trial.ts";
import type { TrialResult } from "./trial.ts";

/** What was seen, by the names of cases. */
export interface MeshResults {
  readonly federation: Readonly<Record<string, TrialResult>>;
  readonly membership: Readonly<Record<string, MembershipResult>>;
}

/** Loss and cost, a row a case; then how views come about. */
export function describeResults(
  { federation, membership }: MeshResults,
): string {
  return [
    federationTable(federation),
    ...Object.entries(membership).map(([name, result]) =>
      `${name}\n\n${membershipTable(result)}`
    ),
  ].join("\n\n");
}

function federationTable(results: MeshResults["federation"]): string {
  return table([
    [
      "case",
      "nodes",
      "missing",
      "churn an hour",
      "deliveries",
      "lost",
      "hops",
      "slowest, s",
      "links a node",
      "messages a node and s",
      "bytes a node and s",
    ],
    ...Object.entries(results).map(([name, result]) => {
      const { nodes, missing, churn } = result.setting;
      return [
        name,
        `${nodes}`,
        percent(missing),
        percent(churn),
        `${result.deliveries}`,
        `${result.lost}`,
        result.meanHops.toFixed(2),
        (result.longestMs / 1000).toFixed(1),
        result.links.toFixed(1),
        result.messages.toFixed(1),
        result.bytes.toFixed(0),
      ];
    }),
  ]);
}

/** So many minutes after the start, a newcomer and a crash; then every twentieth. */
const SHOWN = [1, 2, 3, 5, 10];

function membershipTable({ setting, minutes }: MembershipResult): string {
  const { newcomerAtMs, crashAtMs } = setting;
  const starts = [0, newcomerAtMs, crashAtMs]
    .map((ms) => Math.floor(ms / 60_000));
  const isShown = (minute: number) =>
    minute % 20 === 0 || starts.includes(minute) ||
    starts.some((start) => SHOWN.includes(minute - start));
  return table([
    [
      "minute",
      "known",
      "dead among known",
      "newcomer knows",
      "newcomer is known",
      "probes a node and s",
    ],
    ...minutes.filter(({ minute }) => isShown(minute)).map((seen) => [
      `${seen.minute}`,
      percent(seen.known),
      percent(seen.dead),
      percent(seen.newcomerKnows),
      percent(seen.newcomerKnown),
      seen.probesPerSecond.toFixed(2),
    ]),
  ]);
}

/** What a node of each mesh has to do, by the number of nodes; cases `nodes-…`. */
export function costChartOf({ federation }: MeshResults): Chart {
  const results = Object.entries(federation)
    .filter(([name]) => name.startsWith("nodes-"))
    .map(([, result]) => result)
    .sort((a, b) => a.setting.nodes - b.setting.nodes);
  const line = (name: string, value: (result: TrialResult) => number) => ({
    name,
    points: results.map((result): [number, number] => [
      result.setting.nodes,
      value(result),
    ]),
  });
  return {
    title: "What a node with two rooms has to do",
    x: { name: "nodes of the mesh", scale: "log" },
    y: { name: "a node", from: 0 },
    lines: [
      line("links", ({ links }) => links),
      line("messages a second", ({ messages }) => messages),
      line("hundreds of bytes a second", ({ bytes }) => bytes / 100),
    ],
  };
}

/** Probes a second by the number of nodes: at first, and when all know all. */
export function probesChartOf({ membership }: MeshResults): Chart {
  const results = Object.values(membership)
    .sort((a, b) => a.setting.nodes - b.setting.nodes);
  const line = (
    name: string,
    minuteOf: (setting: MembershipSetting) => number,
  ) => ({
    name,
    points: results.map(({ setting, minutes }): [number, number] => [
      setting.nodes,
      minutes[minuteOf(setting) - 1]!.probesPerSecond,
    ]),
  });
  return {
    title: "Probes of a node, by the size of the mesh",
    x: { name: "nodes of the mesh", scale: "log" },
    y: { name: "probes a node and second", from: 0 },
    lines: [
      line("in the first minute", () => 1),
      line(
        "in the minute before the crash",
        ({ crashAtMs }) => Math.floor(crashAtMs / 60_000),
      ),
    ],
  };
}

function percent(share: number | undefined): string {
  return share === undefined ? "" : `${Number((share * 100).toPrecision(3))} %`;
}

function table(rows: string[][]): string {
  const [header, ...others] = rows;
  return [header!, header!.map(() => "---"), ...others]
    .map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
