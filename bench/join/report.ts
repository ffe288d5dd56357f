/** The result of a run: as JSON for tools, as Markdown for people. Pure. */

import { formatFigures, headOf, type LoadReport } from "../load/report.ts";

/** What was measured where; `servers` are the candidates. */
export interface JoinReport extends LoadReport {
  readonly kind: "join-time";
}

/** Ratios are to this candidate in the same round. */
const REFERENCE = "PeerJS";

/** A table a case, with what it means. */
export function formatJoinReport(report: JoinReport): string {
  return [
    ...headOf(report),
    "Two pages in contexts of their own, on loopback, without STUN; from the " +
    `last join until both can send. Each cell: median of the rounds ` +
    `[least..most], and times ${REFERENCE} in the same round.`,
    formatFigures(report, REFERENCE),
  ].filter(Boolean).join("\n\n");
}
