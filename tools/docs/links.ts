/** What a document points at: files, and sections of documents. */

import { proseOf } from "./prose.ts";

/** Paths that a document names, from the root: targets of its links, and code spans. */
export function pathsIn(markdown: string, file: string): string[] {
  const links = [...targetsIn(markdown)]
    .map((target) => target.split("#")[0]!)
    .filter((path) => path !== "")
    .map((path) => resolve(path, file));
  const places =
    /`((?:core|server|client|bench|tools|docs|types|\.ci)\/[\w./-]*)`/g;
  return [...links, ...[...markdown.matchAll(places)].map(([, path]) => path!)];
}

/** Links of a document to sections that no document has. */
export function staleSections(
  file: string,
  documents: ReadonlyMap<string, string>,
): string[] {
  return [...targetsIn(documents.get(file)!)]
    .map((target) => target.split("#"))
    .filter(([, section]) => section !== undefined)
    .filter(([path, section]) => {
      const linked = documents.get(path === "" ? file : resolve(path!, file));
      return linked !== undefined && !sectionsOf(linked).has(section!);
    })
    .map(([path, section]) => `${path}#${section}`);
}

/** Ends of addresses, as GitHub makes them out of headings. */
function sectionsOf(markdown: string): Set<string> {
  const headings = [...proseOf(markdown).matchAll(/^#+ +(.*)$/gm)];
  return new Set(headings.map(([, heading]) => sectionOf(heading!)));
}

function sectionOf(heading: string): string {
  const letters = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "");
  return letters.trim().replaceAll(" ", "-");
}

function* targetsIn(markdown: string): Generator<string> {
  const targets = /(?:\]\(|^\[[^\]]+\]: )(?!https?:|mailto:)([^)\s]+)/gm;
  for (const [, target] of markdown.matchAll(targets)) yield target!;
}

/** A path as it is from the root. */
export function resolve(path: string, file: string): string {
  const root = "file:///";
  return new URL(path, new URL(file, root)).href.slice(root.length);
}
