/** Refuses a path or a task in a document that does not exist. */

const root = new URL("../", import.meta.url);
const { tasks } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", root)),
);

async function* documents(folder: string): AsyncGenerator<string> {
  for await (
    const { name, isDirectory } of Deno.readDir(new URL(folder, root))
  ) {
    if (/^(\.git|node_modules|dist|coverage)$/.test(name)) continue;
    const path = `${folder}${name}`;
    if (isDirectory) yield* documents(`${path}/`);
    else if (name.endsWith(".md")) yield path;
  }
}

async function exists(url: URL): Promise<boolean> {
  try {
    await Deno.stat(url);
    return true;
  } catch {
    return false;
  }
}

/** Paths that a text names: targets of links from its own place, code spans from the root. */
function pathsIn(text: string, file: string): [string, URL][] {
  const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
    .map((
      [, path],
    ): [string, URL] => [path!, new URL(path!, new URL(file, root))]);
  const places =
    /`((?:core|server|client|bench|tools|docs|types|\.ci)\/[\w./-]*)`/g;
  const spans = [...text.matchAll(places)]
    .map(([, path]): [string, URL] => [path!, new URL(path!, root)]);
  return [...links, ...spans];
}

let failures = 0;
function fail(message: string): void {
  console.error(message);
  failures++;
}

for await (const file of documents("")) {
  const text = await Deno.readTextFile(new URL(file, root));
  for (const [path, url] of pathsIn(text, file)) {
    if (!await exists(url)) fail(`${file}: there is no ${path}`);
  }
  for (const [, task] of text.matchAll(/deno task ([a-z][\w:]*)/g)) {
    if (!Object.hasOwn(tasks, task!)) fail(`${file}: there is no task ${task}`);
  }
}
if (failures > 0) Deno.exit(1);
