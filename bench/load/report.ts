/** The result of a run: as JSON for tools, as Markdown for people. Pure. */

import type { Metrics } from "./meter.ts";
import { formatNumber, ratioOf, spreadOf } from "./statistics.ts";

/** One server in one round. */
export interface RoundResult {
  readonly round: number;
  readonly server: string;
  /** By title. */
  readonly figures: Readonly<Record<string, Metrics>>;
}

/** What was measured where: the head of the files that `--json` writes. */
export interface LoadReport {
  readonly version: 1;
  /** ISO 8601. */
  readonly date: string;
  readonly machine: string;
  /** Of each server. */
  readonly servers: readonly { name: string; description: string }[];
  /** Servers that could not be run, with what to install. */
  readonly skipped: readonly string[];
  /** Cases that failed, with the reason. */
  readonly failures: readonly string[];
  readonly results: readonly RoundResult[];
}

/** Of rooms. */
export interface RoomLoadReport extends LoadReport {
  readonly kind: "room-load";
}

/** Ratios are to this server in the same round. */
const REFERENCE = "signalhub";

/** A table a figure; a cell is the median, least to most, and times the reference. */
export function formatReport(report: RoomLoadReport): string {
  return [
    ...headOf(report),
    "Each cell: median of the rounds [least..most], and times signalhub in " +
    "the same round. Where the generator's share is near 100 %, it is the limit, " +
    "not the server.",
    formatFigures(report, REFERENCE),
  ].join("\n\n");
}

/** Paragraphs: what was measured where, and what was not. */
export function headOf(
  { date, machine, servers, skipped, failures }: LoadReport,
): string[] {
  return [
    `${machine}, ${date}`,
    servers.map(({ name, description }) => `- ${name}: ${description}`)
      .join("\n"),
    ...[...skipped, ...failures].map((line) => `Not measured: ${line}`),
  ];
}

/** Results, and the servers that rows are for. */
interface Figures {
  readonly servers: readonly { name: string }[];
  readonly results: readonly RoundResult[];
}

/** A table a title; ratios are to the reference in the same round. */
export function formatFigures(figures: Figures, reference: string): string {
  const titles = new Set(
    figures.results.flatMap((result) => Object.keys(result.figures)),
  );
  return [...titles].map((title) =>
    `### ${title}\n\n${formatFigure(title, { ...figures, reference })}`
  ).join("\n\n");
}

function formatFigure(
  title: string,
  { results, servers, reference }: Figures & { readonly reference: string },
): string {
  const rounds = Math.max(...results.map(({ round }) => round)) + 1;
  const columns = [
    ...new Set(results.flatMap((r) => Object.keys(r.figures[title] ?? {}))),
  ];
  const valuesOf = (name: string, column: string) =>
    Array.from(
      { length: rounds },
      (_, round) =>
        results.find((r) =>
          r.round === round && r.server === name && title in r.figures
        )?.figures[title]?.[column],
    );
  const rows = servers.map(({ name }) => {
    const cells = columns.map((column) =>
      formatCell(column, {
        values: valuesOf(name, column),
        reference: valuesOf(reference, column),
      })
    );
    return `| ${[name, ...cells].join(" | ")} |`;
  });
  return [
    `| ${["server", ...columns].join(" | ")} |`,
    `| ${["---", ...columns.map(() => "---:")].join(" | ")} |`,
    ...rows,
  ].join("\n");
}

function formatCell(
  column: string,
  { values, reference }: {
    values: readonly (number | undefined)[];
    reference: readonly (number | undefined)[];
  },
): string {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return "-";
  const { median, least, most } = spreadOf(known);
  if (column.endsWith("%")) return formatNumber(median);
  const spread = `[${formatNumber(least)}..${formatNumber(most)}]`;
  const ratio = ratioOf(values, reference);
  const times = ratio === undefined || Number.isNaN(ratio)
    ? ""
    : `, ×${formatNumber(ratio)}`;
  return `${formatNumber(median)} ${spread}${times}`;
}
