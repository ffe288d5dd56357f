/**
 * Figures, held against the results that they are from. A document that tells
 * what was measured makes the figure the text of a link to its result:
 * `[3.2 times](bench/results/….md)`.
 */

import { resolve } from "./links.ts";

const RESULTS = "bench/results/";

/** A figure as a result has it: not a piece of a longer number. */
const NUMBER = /(?<![\d.])\d+(?:\.\d+)?(?![\d]|\.\d)/g;

/** Figures of a document that the result which they link to does not have. */
export function staleFigures(
  file: string,
  markdown: string,
  results: ReadonlyMap<string, string>,
): string[] {
  return linksIn(markdown, file)
    .filter(({ text, path }) => results.has(path) && !/[/`]/.test(text))
    .flatMap(({ text, path }) => {
      const measured = new Set(numbersIn(results.get(path)!));
      return numbersIn(text).filter((number) => !measured.has(number))
        .map((number) => `${number} is not in ${path}`);
    });
}

/** Results that no document of `bench/results/` names, and documents that name no command. */
export function resultsWithoutCommand(
  results: ReadonlyMap<string, string>,
): string[] {
  const documents = [...results].filter(([path]) => path.endsWith(".md"));
  return [...results.keys()].filter((path) => {
    const text = results.get(path)!;
    if (path.endsWith(".md")) return !text.includes("deno task ");
    const name = path.slice(RESULTS.length);
    return !documents.some(([document, text]) =>
      text.includes(name) || sharesFolder(document, path)
    );
  });
}

function sharesFolder(document: string, path: string): boolean {
  const folder = document.slice(0, document.lastIndexOf("/") + 1);
  return folder !== RESULTS && path.startsWith(folder);
}

function numbersIn(text: string): string[] {
  return text.replaceAll(/(?<=\d),(?=\d{3})/g, "").match(NUMBER) ?? [];
}

function linksIn(markdown: string, file: string) {
  return [...markdown.matchAll(/\[([^\]]+)\]\((?!https?:)([^)#\s]+)/g)]
    .map(([, text, path]) => ({ text: text!, path: resolve(path!, file) }));
}
