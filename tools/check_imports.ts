/**
 * Refuses an import that the list in ARCHITECTURE.md does not allow. A file
 * belongs to the longest path that contains it; it may import from there and
 * from what is listed with it. Tests and their helpers may import whatever the
 * tree has.
 */

const root = new URL("../", import.meta.url);

/** Path -> what its files may import besides each other. */
function readList(markdown: string): Map<string, string[]> {
  const [, section = ""] = /^## Imports\n([^]*?)\n## /m.exec(markdown) ?? [];
  const items = section.split(/^- /m).slice(1);
  if (items.length === 0) {
    throw new Error("ARCHITECTURE.md has no list under ## Imports");
  }
  return new Map(items.map((item) => {
    const [from, ...may] = [...item.matchAll(/`([^`]+)`/g)].map((m) => m[1]!);
    return [from!, may];
  }));
}

async function* sourceFiles(folder: string): AsyncGenerator<string> {
  for await (
    const { name, isDirectory } of Deno.readDir(new URL(folder, root))
  ) {
    const path = `${folder}${name}`;
    if (isDirectory) yield* sourceFiles(`${path}/`);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

function importsOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[^]*?\*\//g, "");
  const pattern =
    /^(?:import|export)\b[^;"]*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm;
  return [...code.matchAll(pattern)].map((m) => m[1] ?? m[2] ?? m[3]!);
}

/** A specifier as the list names it: a path of the tree, or a package. */
function targetOf(specifier: string, file: string): string {
  const workspace = /^@sigmesh\/(\w+)/.exec(specifier);
  if (workspace !== null) return workspace[1]!;
  if (!specifier.startsWith(".")) return specifier;
  return new URL(specifier, new URL(file, root)).href.slice(root.href.length);
}

function contains(path: string, target: string): boolean {
  return target === path || target.startsWith(`${path}/`);
}

const list = readList(
  await Deno.readTextFile(new URL("ARCHITECTURE.md", root)),
);
const problems: string[] = [];
for (const folder of ["core/", "server/", "client/", "bench/", "tools/"]) {
  for await (const file of sourceFiles(folder)) {
    if (/_test\.tsx?$|\/testing\//.test(file)) continue;
    const row = [...list.keys()].filter((path) => contains(path, file))
      .toSorted((a, b) => b.length - a.length)[0];
    if (row === undefined) {
      problems.push(`${file}: no path of the list contains it`);
      continue;
    }
    const source = await Deno.readTextFile(new URL(file, root));
    for (const specifier of importsOf(source)) {
      const target = targetOf(specifier, file);
      const isAllowed = [row, ...list.get(row)!].some((path) =>
        contains(path, target)
      );
      if (!isAllowed) {
        problems.push(`${file}: ${row} may not import ${specifier}`);
      }
    }
  }
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(
    "Move the code, or change the list in ARCHITECTURE.md and say why.",
  );
  Deno.exit(1);
}
