/**
 * Prints which share of the lines of core and server the unit tests run, and
 * fails under 90 %. Reads what `deno coverage --lcov` has written.
 */

/** Lines that could run, and those that did. */
interface Lines {
  readonly found: number;
  readonly hit: number;
}

const LEAST_SHARE = 0.9;
const FOLDERS = ["core", "server"];
/** How many files with the most lines that nothing runs are named. */
const WORST = 5;

/** Lines of each file below a folder whose name ends with a slash, tests and what they share left out. */
export function linesByFile(lcov: string, root: string): Map<string, Lines> {
  const files = new Map<string, Lines>();
  for (const record of lcov.split("end_of_record")) {
    const [, path = ""] = /^SF:(.*)$/m.exec(record) ?? [];
    if (!path.startsWith(root) || isOfTests(path)) continue;
    const numberOf = (key: string) =>
      Number(new RegExp(`^${key}:(\\d+)$`, "m").exec(record)?.[1]);
    files.set(path.slice(root.length), {
      found: numberOf("LF"),
      hit: numberOf("LH"),
    });
  }
  return files;
}

function isOfTests(path: string): boolean {
  return /_test\.tsx?$|\/testing\//.test(path);
}

/** Sums of several files. */
export function sumOf(files: Iterable<Lines>): Lines {
  let [found, hit] = [0, 0];
  for (const lines of files) {
    found += lines.found;
    hit += lines.hit;
  }
  return { found, hit };
}

async function* sourcesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sourcesIn(path);
    else if (/\.tsx?$/.test(path) && !isOfTests(path)) yield path;
  }
}

/** False when too little of it is run. */
async function report(
  folder: string,
  all: ReadonlyMap<string, Lines>,
): Promise<boolean> {
  const files = [...all].filter(([path]) => path.startsWith(`${folder}/`));
  const { found, hit } = sumOf(files.map(([, lines]) => lines));
  const share = hit / found;
  console.log(
    `${folder}: ${(100 * share).toFixed(1)} % of ${found} lines`,
  );
  const missed = ({ found, hit }: Lines) => found - hit;
  files.sort(([, a], [, b]) => missed(b) - missed(a));
  for (const [path, lines] of files.slice(0, WORST)) {
    console.log(
      `  ${path}: ${missed(lines)} of ${lines.found} lines never run`,
    );
  }
  for await (const path of sourcesIn(folder)) {
    if (!all.has(path)) console.log(`  ${path}: no lines counted`);
  }
  return share >= LEAST_SHARE; // also false of no lines at all
}

if (import.meta.main) {
  const root = decodeURIComponent(new URL("../", import.meta.url).pathname);
  const lcov = await Deno.readTextFile(`${root}coverage/lcov`);
  const files = linesByFile(lcov, root);
  for (const folder of FOLDERS) {
    if (await report(folder, files)) continue;
    console.error(
      `At least ${
        100 * LEAST_SHARE
      } % of the lines of ${folder} must be run by ` +
        "tests; `deno coverage --html coverage` shows which are not.",
    );
    Deno.exitCode = 1;
  }
}
