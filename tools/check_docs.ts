/** Refuses a path, a task or a message in a document that does not exist. */

import { staleMessages } from "./quoted_messages.ts";

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

/** What the library may say, and what nodes say through it. */
async function* speakingSources(): AsyncGenerator<string> {
  for (const folder of ["client/", "client/trystero/", "core/"]) {
    for await (const { name } of Deno.readDir(new URL(folder, root))) {
      const isSource = name.endsWith(".ts") && !name.endsWith("_test.ts");
      if (isSource) yield folder + name;
    }
  }
  yield "server/api/problem.ts";
}

const QUOTING = "docs/troubleshooting.md";
const sources: string[] = [];
for await (const path of speakingSources()) {
  sources.push(await Deno.readTextFile(new URL(path, root)));
}
const quoting = await Deno.readTextFile(new URL(QUOTING, root));
for (const message of staleMessages(quoting, sources)) {
  fail(`${QUOTING}: nothing says "${message}"`);
}
if (failures > 0) Deno.exit(1);
