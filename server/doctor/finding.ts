/** What the doctor found, for people and for scripts. */

import { oneLine } from "../log_format.ts";

/** One thing that was looked at. */
export interface Finding {
  /** What was looked at; the same in every version, for scripts. */
  readonly check: string;
  readonly status: "ok" | "warn" | "fail" | "skip";
  readonly message: string;
  /** What the operator does about it. */
  readonly todo?: string;
}

/** All of them about one node. */
export interface Diagnosis {
  readonly url: string;
  /** Whether nothing failed; warnings leave it true. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

/** One line of JSON, all ASCII: what nodes say can move no cursor, and hide nothing. */
export function formatDiagnosis(diagnosis: Diagnosis): string {
  const json = JSON.stringify(diagnosis).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${json}\n`;
}

/** A line, and another one for what to do. What nodes say can move no cursor. */
export function formatFinding(
  { check, status, message, todo }: Finding,
): string {
  const line = `${status.padEnd(4)}  ${check}: ${oneLine(message)}\n`;
  return todo === undefined ? line : `${line}      -> ${oneLine(todo)}\n`;
}
