/** The result of a run: as JSON for tools, as Markdown for people. Pure. */

import {
  formatFigures,
  type LoadReport,
  type RoundResult,
} from "../load/report.ts";

/** What was measured where; `results` are of servers on a processor of their own. */
export interface TurnLoadReport extends LoadReport {
  readonly kind: "turn-load";
  /** A node and its TURN server, by placement. */
  readonly besideHttp: readonly RoundResult[];
}

/** Tables, with what they mean. */
export function formatTurnReport(report: TurnLoadReport): string {
  const { date, machine, servers, skipped, failures } = report;
  const placements = [
    ...new Set(report.besideHttp.map(({ server }) => server)),
  ].map((name) => ({ name }));
  return [
    `${machine}, ${date}`,
    servers.map(({ name, description }) => `- ${name}: ${description}`)
      .join("\n"),
    ...[...skipped, ...failures].map((line) => `Not measured: ${line}`),
    "Payloads of 1,000 bytes. Each cell: median of the rounds [least..most], and " +
    "times coturn in the same round; in the last table, times TURN on the " +
    "node's thread. Where the generator's share is near 100 %, it is the limit, " +
    "not the server.",
    formatFigures({ servers, results: report.results }, "coturn"),
    formatFigures(
      { servers: placements, results: report.besideHttp },
      "TURN on the node's thread",
    ),
  ].filter(Boolean).join("\n\n");
}
