/** The tree of ARCHITECTURE.md, held against the files that there are. */

/** What the tree says of one folder. */
interface Folder {
  readonly path: string;
  /** Files that have a line; `*` stands for anything. */
  readonly names: string[];
  /** Whether a line `…` says that not all are listed. */
  isSummary: boolean;
}

/** What has a line: sources, but no tests, nor lists of exports. */
const SOURCE =
  /^(?:core|server|client|bench|tools)\/(?!.*_test\.)(?!(?:.*\/)?mod\.ts).*\.tsx?$/;

/** Files that the tree names and that are not there, and sources that it does not name. */
export function staleTree(
  markdown: string,
  files: readonly string[],
): string[] {
  const tree = /^## The tree\n+```\n([^]*?)^```/m.exec(markdown)?.[1] ?? "";
  const folders = foldersOf(tree);
  const named = folders.flatMap(({ path, names }) =>
    names.map((name) => path + name)
  );
  const gone = [...folders.map(({ path }) => path), ...named]
    .filter((path) => !files.some((file) => matches(path, file)))
    .map((path) => `there is no ${path}`);
  const missing = files
    .filter((file) => SOURCE.test(file) && !isCovered(file, folders, tree))
    .map((file) => `the tree lacks ${file}`);
  return [...gone, ...missing];
}

/** A folder that lists files lists all of them; one that lists none is summed up. */
function isCovered(file: string, folders: Folder[], tree: string): boolean {
  const folder = folders.filter(({ path }) => file.startsWith(path))
    .toSorted((a, b) => b.path.length - a.path.length)[0];
  if (folder === undefined) return false;
  const name = file.slice(folder.path.length);
  return folder.isSummary || folder.names.length === 0 ||
    folder.names.some((listed) => matches(listed, name)) ||
    new RegExp(`(?<![\\w/])${RegExp.escape(name)}(?!\\w)`).test(tree);
}

function foldersOf(tree: string): Folder[] {
  const folders: Folder[] = [];
  const open: { indent: number; folder: Folder }[] = [];
  for (const line of tree.split("\n").filter((line) => line.trim() !== "")) {
    const indent = line.search(/\S/);
    while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop();
    const parent = open.at(-1)?.folder;
    for (const name of namesOf(line)) {
      if (name === "…") parent!.isSummary = true;
      else if (!name.endsWith("/")) parent?.names.push(name);
      else {
        const path = (parent?.path ?? "") + name;
        const folder = { path, names: [], isSummary: false };
        folders.push(folder);
        open.push({ indent, folder });
      }
    }
  }
  return folders;
}

/** What a line is about: names, two spaces apart, before the words. */
function namesOf(line: string): string[] {
  const [, names] = /^ *((?:(?:[\w./*]+(?:\.tsx?|\/)|…)(?: {2,}|$))*)/.exec(
    line,
  )!;
  return names!.split(/ +/).filter((name) => name !== "");
}

/** Whether a path is what the tree names, or in it. */
function matches(named: string, path: string): boolean {
  const pattern = RegExp.escape(named).replaceAll("\\*", "\\w*");
  return new RegExp(`^${pattern}${named.endsWith("/") ? "" : "$"}`).test(path);
}
