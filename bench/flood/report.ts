/** Results of floods as Markdown. Pure. */

import { formatNumber, percentile } from "../load/statistics.ts";
import type { FloodCounts } from "./flooding.ts";
import type { PayerRecord } from "./payer.ts";
import type { TrialResult } from "./trial.ts";

/** What was measured where: the file that `--json` writes. */
export interface FloodReport {
  readonly version: 1;
  readonly kind: "flood";
  /** ISO 8601. */
  readonly date: string;
  readonly machine: string;
  readonly quietSeconds: number;
  readonly floodSeconds: number;
  /** Whether nodes counted only their own time as load of the host. */
  readonly isAlone: boolean;
  readonly trials: readonly TrialResult[];
}

/** Two tables: what honest clients notice, and what the node does. */
export function formatFloods(report: FloodReport): string {
  const { machine, date, quietSeconds, floodSeconds, isAlone, trials } = report;
  return [
    `${machine}, ${date}; ${quietSeconds} s quiet, ${floodSeconds} s flood, ` +
    `${quietSeconds} s quiet; a node of its own for each flood.`,
    "Price in bits at the end of the first quiet, at most during the flood, " +
    `at the end${isAlone ? "; the node counts only its own time" : ""}. ` +
    "Payers: milliseconds from sending a paid post to its 202, p50 / p99 / " +
    "most, and failures of attempts.",
    table(
      [
        "flood",
        "before",
        "during",
        "after",
        "payer, quiet",
        "payer at 127.0.0.1",
        "payer at 127.0.0.2",
      ],
      trials.map(clientRow),
    ),
    "All from 127.0.0.1 unless it says 1,000 addresses. A connection whose " +
    "answer is held back is abandoned and dialled anew.",
    table(
      [
        "flood",
        "sent/s",
        "answered/s",
        "closed by the node/s",
        "abandoned/s",
        "node CPU %",
        "RSS, MB",
        "flooder CPU %",
      ],
      trials.map(nodeRow),
    ),
  ].join("\n\n");
}

function clientRow({ flood, phases }: TrialResult): string[] {
  const { before, during, after } = phases;
  return [
    flood.title,
    before.heights.at(-1)!.toFixed(2),
    Math.max(...during.heights).toFixed(2),
    after.heights.at(-1)!.toFixed(2),
    formatPayer(before.otherAddress),
    formatPayer(during.sameAddress),
    formatPayer(during.otherAddress),
  ];
}

function nodeRow({ flood, counts, phases }: TrialResult): string[] {
  const { during } = phases;
  const { seconds, sent, closed, abandoned, cpuShare } = counts;
  return [
    flood.title,
    formatNumber(sent / seconds),
    formatAnswers(counts),
    formatNumber(closed / seconds),
    formatNumber(abandoned / seconds),
    formatNumber(during.nodeCpuShare * 100),
    formatNumber(during.mostRssBytes / 1e6),
    formatNumber(cpuShare * 100),
  ];
}

function formatPayer({ latenciesMs, failures }: PayerRecord): string {
  const times = [0.5, 0.99, 1].map((share) =>
    formatNumber(percentile(latenciesMs, share))
  );
  const reasons = Object.entries(failures).map(([reason, n]) =>
    `${n} ${reason}`
  );
  const failed = Object.values(failures).reduce((sum, n) => sum + n, 0);
  const attempts = latenciesMs.length + failed;
  const what = reasons.length > 0 ? ` (${reasons.join(", ")})` : "";
  return `${times.join(" / ")}; ${failed} of ${attempts}${what}`;
}

function formatAnswers({ answered, seconds }: FloodCounts): string {
  const rates = Object.entries(answered).map(([status, count]) =>
    `${status}: ${formatNumber(count / seconds)}`
  );
  return rates.length === 0 ? "-" : rates.join(", ");
}

function table(head: readonly string[], rows: readonly string[][]): string {
  const aligned = head.map((_, column) => column === 0 ? "---" : "---:");
  return [head, aligned, ...rows].map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}
