/** Messages that a document quotes, held against the code that says them. */

/**
 * Messages that no source has. A cell of a table that begins with a code span
 * quotes messages: each of its spans that has a space, `…` standing for what
 * changes.
 */
export function staleMessages(
  markdown: string,
  sources: readonly string[],
): string[] {
  const code = sources.map(joinLiterals).join("\n");
  const cells = [...markdown.matchAll(/^\| *(`.*?) *\|/gm)];
  return cells.flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/g)])
    .map(([, message]) => message!)
    .filter((message) => message.includes(" "))
    .filter((message) =>
      !message.split("…").every((part) => code.includes(part.trim()))
    );
}

/** A message that goes over several lines, in one. */
function joinLiterals(source: string): string {
  return source.replaceAll(/["'`]\s*\+\s*["'`]/g, "");
}
