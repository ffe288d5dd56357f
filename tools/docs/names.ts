/** Names that a document takes from the code: options, variables, metrics, problem codes. */

import { proseOf } from "./prose.ts";

const OPTION = /(?<![\w-])--[a-z][a-z0-9-]*/g;
const VARIABLE = /\bSIGMESH_[A-Z0-9_]+\b/g;

/** A line of a block that runs a program of ours: a task, or the executable. */
const COMMAND =
  /^ *(?:ExecStart=|\w+=\S+ +|exec +|npx --yes +)*(?:deno task|(?:\S*\/)?sigmesh)\s(.*)$/gm;

/** Names in `documented` that `known` lacks. */
export function unknownAmong(
  documented: Iterable<string>,
  known: ReadonlySet<string>,
): string[] {
  return [...new Set(documented)].filter((name) => !known.has(name));
}

/** Options that sources have, also as text of their messages. */
export function optionsOf(sources: readonly string[]): Set<string> {
  return new Set(sources.flatMap((source) => source.match(OPTION) ?? []));
}

/**
 * Options of ours that a document names: in code spans, and where a program of
 * ours is run. A span that runs another program has options of its own.
 */
export function optionsIn(markdown: string): string[] {
  const joined = markdown.replaceAll(/\\\n */g, "");
  const commands = [...joined.matchAll(COMMAND)].map(([, rest]) => rest!);
  const spans = [...proseOf(markdown).matchAll(/`([^`]+)`/g)]
    .map(([, span]) => span!.trim())
    .filter((span) => /^(--|deno task|sigmesh\b)/.test(span));
  return [...commands, ...spans].flatMap((text) => text.match(OPTION) ?? []);
}

/** Variables that a document names, as the options that they stand for. */
export function optionsOfVariablesIn(markdown: string): string[] {
  return (markdown.match(VARIABLE) ?? []).map((variable) =>
    `--${variable.slice("SIGMESH_".length).toLowerCase().replaceAll("_", "-")}`
  );
}

/** Metrics that sources register. */
export function metricsOf(sources: readonly string[]): Set<string> {
  return new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/\bname: "((?:sigmesh|process)_\w+)"/g)]
        .map(([, name]) => name!)
    ),
  );
}

/** Metrics that a document names in code; what a histogram adds to its name is left out. */
export function metricsIn(markdown: string): string[] {
  const names = markdown.match(/\b(?:sigmesh|process)_[a-z_]*[a-z]\b/g) ?? [];
  return names.map((name) =>
    name.replace(/_seconds_(bucket|sum|count)$/, "_seconds")
  );
}

/** Problem codes and their statuses, as `code status`, in the map of a source. */
export function problemsOf(source: string): Set<string> {
  const entries = source.matchAll(
    /"([a-z0-9-]+)": \{\s*status: (\w+),/g,
  );
  return new Set(
    [...entries].map(([, code, status]) =>
      `${code} ${status === "UNPAID" ? "401" : status}`
    ),
  );
}

/** The same in the table of a document. */
export function problemsIn(markdown: string): Set<string> {
  const rows = markdown.matchAll(/^\| `([a-z0-9-]+)` +\| (\d{3}) /gm);
  return new Set([...rows].map(([, code, status]) => `${code} ${status}`));
}

/** Paths of endpoints that a source declares. */
export function endpointsOf(source: string): string[] {
  return [...source.matchAll(/^ +\w+: "(\/[\w/.-]*)"/gm)].map(([, p]) => p!);
}

/** Paths of endpoints that have a heading, as in `### GET /ip` */
export function endpointsIn(markdown: string): Set<string> {
  const headings = [...markdown.matchAll(/^### ((?:GET|POST) \/.*)$/gm)];
  return new Set(
    headings.flatMap(([, heading]) =>
      [...heading!.matchAll(/(?:GET|POST) (\/[^\s,]*)/g)].map(([, path]) =>
        path!
      )
    ),
  );
}
