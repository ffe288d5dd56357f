/** In which order the API page tells what there is. */

import type { Declaration, PublicSymbol } from "./declarations.ts";

/** A part of the page, and what it begins with. */
export interface Section {
  readonly title: string;
  readonly roots: readonly string[];
}

/**
 * Symbols by section. A symbol comes to the root that leads to it by the
 * fewest steps, so that a new one needs no entry in a list; what `own` has and
 * no root leads to comes last. What other packages have is left out unless
 * something leads to it.
 */
export function orderSymbols(
  symbols: ReadonlyMap<string, PublicSymbol>,
  { sections, own }: { sections: readonly Section[]; own: string },
): Map<string, PublicSymbol[]> {
  const order = new Map<string, PublicSymbol[]>(
    [...sections.map(({ title }) => title), "Besides"]
      .map((title) => [title, []]),
  );
  const seen = new Set<string>();
  const queue: { name: string; title: string }[] = [];
  const reach = (name: string, title: string) => {
    if (seen.has(name) || !symbols.has(name)) return;
    seen.add(name);
    queue.push({ name, title });
  };
  for (const { title, roots } of sections) {
    for (const name of roots) {
      if (!symbols.has(name)) throw new TypeError(`Nothing exports ${name}`);
      reach(name, title);
    }
  }
  const follow = () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { name, title } = next;
      const symbol = symbols.get(name)!;
      order.get(title)!.push(symbol);
      for (const other of namesIn(symbol.declaration)) reach(other, title);
    }
  };
  follow();
  for (const { name, from } of symbols.values()) {
    if (from === own) reach(name, "Besides");
  }
  follow();
  return order;
}

/** Names of the types in a declaration, in the order in which they stand there. */
export function namesIn(declaration: Declaration): Set<string> {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== "object" || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      const isName = typeof value === "string" &&
        (key === "typeName" || key === "extends");
      if (isName) names.add(value);
      else visit(value);
    }
  };
  visit(declaration.def);
  return names;
}
