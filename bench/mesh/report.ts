/** Simulated meshes as Markdown and as a chart. Pure. */

import type { Chart } from "../chart.ts";
import type { MembershipMinute } from "./membership_trial.ts";
import type { TrialResult } from "./trial.ts";

/** What was seen, by the names of cases. */
export interface MeshResults {
  readonly federation: Readonly<Record<string, TrialResult>>;
  readonly membership: Readonly<Record<string, readonly MembershipMinute[]>>;
}

/** Loss and cost, a row a case; then how views come about. */
export function describeResults(
  { federation, membership }: MeshResults,
): string {
  return [
    federationTable(federation),
    ...Object.entries(membership).map(([name, minutes]) =>
      `${name}\n\n${membershipTable(minutes)}`
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

/** The first minutes, and what follows a newcomer and a crash. */
function membershipTable(minutes: readonly MembershipMinute[]): string {
  const shown = [1, 2, 5, 10, 15, 16, 18, 20, 25, 30, 31, 33, 35, 40];
  return table([
    [
      "minute",
      "known",
      "dead among known",
      "newcomer knows",
      "newcomer is known",
      "probes a node and s",
    ],
    ...minutes.filter(({ minute }) => shown.includes(minute)).map((seen) => [
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
export function chartOf({ federation }: MeshResults): Chart {
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

function percent(share: number | undefined): string {
  return share === undefined ? "" : `${Number((share * 100).toPrecision(3))} %`;
}

function table(rows: string[][]): string {
  const [header, ...others] = rows;
  return [header!, header!.map(() => "---"), ...others]
    .map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
