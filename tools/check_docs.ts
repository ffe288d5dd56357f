/**
 * Refuses what a document says and the code does not: paths, sections, tasks,
 * options, variables, metrics, problem codes, endpoints, messages, figures, and
 * the tree of ARCHITECTURE.md.
 */

import { resultsWithoutCommand, staleFigures } from "./docs/figures.ts";
import { pathsIn, staleSections } from "./docs/links.ts";
import {
  endpointsIn,
  endpointsOf,
  metricsIn,
  metricsOf,
  optionsIn,
  optionsOf,
  optionsOfVariablesIn,
  problemsIn,
  problemsOf,
  unknownAmong,
} from "./docs/names.ts";
import { staleMessages } from "./docs/quoted_messages.ts";
import { staleTree } from "./docs/tree.ts";

const root = new URL("../", import.meta.url);

async function* walk(folder: string): AsyncGenerator<string> {
  for await (
    const { name, isDirectory } of Deno.readDir(new URL(folder, root))
  ) {
    if (/^(\.git|node_modules|dist|coverage)$/.test(name)) continue;
    const path = `${folder}${name}`;
    if (isDirectory) yield* walk(`${path}/`);
    else yield path;
  }
}

const files = await Array.fromAsync(walk(""));

async function read(paths: readonly string[]): Promise<Map<string, string>> {
  return new Map(
    await Promise.all(paths.map(async (path): Promise<[string, string]> => [
      path,
      await Deno.readTextFile(new URL(path, root)),
    ])),
  );
}

const isSource = (path: string) =>
  /^(core|server|client|bench|tools)\/.*\.tsx?$/.test(path) &&
  !/_test\.tsx?$/.test(path);

const documents = await read(files.filter((path) => path.endsWith(".md")));
const sources = await read(files.filter(isSource));
const results = await read(
  files.filter((path) => path.startsWith("bench/results/")),
);
const denoJson = await Deno.readTextFile(new URL("deno.json", root));
const { tasks } = JSON.parse(denoJson);

function sourcesOf(pattern: RegExp): string[] {
  return [...sources].filter(([path]) => pattern.test(path))
    .map(([, source]) => source);
}

let failures = 0;
function fail(file: string, faults: readonly string[]): void {
  for (const fault of faults) console.error(`${file}: ${fault}`);
  failures += faults.length;
}

/** Options of other programs that documents name by themselves, without the command. */
const OTHERS_OPTIONS = ["--bundle", "--target", "--deploy-hook"];

const options = optionsOf([...OTHERS_OPTIONS, denoJson, ...sources.values()]);
const nodeOptions = optionsOf(sourcesOf(/^server\/cli/));
const metrics = metricsOf(sourcesOf(/^server\/\w*metrics\.ts$/));

function exists(path: string): boolean {
  return files.some((file) => file === path || file.startsWith(`${path}/`)) ||
    files.some((file) => path.endsWith("/") && file.startsWith(path));
}

const monitoring = files.filter((path) => path.startsWith("docs/monitoring/"));
for (const [file, text] of await read(monitoring)) {
  const unknown = unknownAmong(metricsIn(text), metrics);
  fail(file, unknown.map((what) => `there is no ${what}`));
}

for (const [file, text] of documents) {
  // A changelog tells of what was.
  if (file === "CHANGELOG.md") continue;
  const unknown = [
    ...pathsIn(text, file).filter((path) => !exists(path)),
    ...staleSections(file, documents),
    ...[...text.matchAll(/deno task ([a-z][\w:-]*)/g)].map(([, task]) => task!)
      .filter((task) => !Object.hasOwn(tasks, task))
      .map((task) => `task ${task}`),
    ...unknownAmong(optionsIn(text), options),
    ...unknownAmong(optionsOfVariablesIn(text), nodeOptions)
      .map((option) => `option ${option} for a variable to set`),
    ...unknownAmong(metricsIn(text), metrics),
  ];
  fail(file, unknown.map((what) => `there is no ${what}`));
  if (!results.has(file)) fail(file, staleFigures(file, text, results));
}

/** Refuses what a document that lists all of something leaves out. */
function failUnlisted(
  file: string,
  { listed, all }: { listed: Iterable<string>; all: Iterable<string> },
): void {
  fail(
    file,
    unknownAmong(all, new Set(listed)).map((what) => `it lacks ${what}`),
  );
}

const PROTOCOL = "docs/protocol.md";
const protocol = documents.get(PROTOCOL)!;
const problems = problemsOf(sources.get("server/api/problem.ts")!);
failUnlisted(PROTOCOL, { listed: problemsIn(protocol), all: problems });
fail(
  PROTOCOL,
  unknownAmong(problemsIn(protocol), problems)
    .map((problem) => `there is no problem ${problem}`),
);
failUnlisted(PROTOCOL, {
  listed: endpointsIn(protocol),
  all: endpointsOf(
    sources.get("core/wire.ts")! + sources.get("core/mutable_item.ts")!,
  ),
});

const OPERATING = "docs/operating.md";
const operating = documents.get(OPERATING)!;
failUnlisted(OPERATING, { listed: metricsIn(operating), all: metrics });

const QUOTING = "docs/troubleshooting.md";
const speaking = sourcesOf(/^(client|client\/trystero|core)\/\w+\.ts$/);
fail(
  QUOTING,
  staleMessages(documents.get(QUOTING)!, [
    ...speaking,
    sources.get("server/api/problem.ts")!,
  ]).map((message) => `nothing says "${message}"`),
);

fail(
  "ARCHITECTURE.md",
  staleTree(documents.get("ARCHITECTURE.md")!, files),
);
for (const path of resultsWithoutCommand(results)) {
  fail(path, ["no command is beside it: how is it made again?"]);
}
if (failures > 0) Deno.exit(1);
