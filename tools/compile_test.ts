/**
 * The executable, as far as a machine without its runtime can tell: DENORT_BIN
 * names one. Without it another program stands in, and is not started.
 */

import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import manifest from "../deno.json" with { type: "json" };
import { TextLineStream } from "../server/testing/text_line_stream.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const runtime = Deno.env.get("DENORT_BIN");
const PATHS = ["/", "/client.js", "/trystero.js", "/demo/", "/bench/"];

/** Runs in a folder that is gone afterwards. */
async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Starts a node in an empty folder that it must not write to; ends it as systems do. */
async function servesAlone(
  program: string,
  { args, env }: { args: string[]; env: Record<string, string> },
): Promise<void> {
  await inFolder(async (folder) => {
    await Deno.chmod(folder, 0o555);
    const node = new Deno.Command(program, {
      args: [
        ...args,
        ...["--host", "127.0.0.1", "--port", "0", "--turn-port", "0"],
        ...["--dht-port", "0", "--dht-bootstrap", "127.0.0.1:9"],
      ],
      cwd: folder,
      clearEnv: true,
      env,
      stdout: "piped",
    }).spawn();
    const lines = node.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    const started: string[] = [];
    while (!started.at(-1)?.startsWith("open ")) {
      const { value, done } = await lines.read();
      if (done) throw new Error(`The node ended: ${started.join("; ")}`);
      started.push(value);
    }
    for (const kind of ["turn udp ", "turn tcp ", "dht udp "]) {
      assert(started.some((line) => line.startsWith(kind)), kind);
    }
    const origin = started.at(-1)!.slice("open ".length);
    for (const path of PATHS) {
      const response = await fetch(new URL(path, origin));
      await response.body?.cancel();
      assertEquals([path, response.status], [path, 200]);
    }
    node.kill("SIGTERM");
    assertEquals((await node.status).code, 0);
    await lines.cancel();
  });
}

/** By which Deno finds what it has downloaded. */
function cacheOf({ HOME = "", DENO_DIR }: Record<string, string>) {
  return { HOME, ...(DENO_DIR !== undefined && { DENO_DIR }) };
}

/** What browsers load, as it is in dist/. */
async function servedFiles(folder = `${ROOT}dist`): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (/^(npm|sigmesh.*|client\.bundle\.js)$/.test(name)) continue;
    const path = `${folder}/${name}`;
    files.push(...(isDirectory ? await servedFiles(path) : [path]));
  }
  return files;
}

Deno.test("a node reads nothing of the folder in which it is started", async () => {
  const flags = manifest.tasks.start.command.replaceAll("'", "").split(" ")
    .filter((word) => word.startsWith("--") && word !== "--allow-read");
  await servesAlone(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "--no-prompt", ...flags],
      ...[`--allow-read=${ROOT}`, `${ROOT}server/main.ts`],
    ],
    env: cacheOf(Deno.env.toObject()),
  });
});

Deno.test("an executable holds every file that browsers load, and with DENORT_BIN it serves them", async () => {
  await inFolder(async (folder) => {
    const executable = `${folder}/sigmesh`;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `${ROOT}tools/compile.ts`, "--output", executable],
      env: { DENORT_BIN: runtime ?? Deno.execPath() },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const bytes = Buffer.from(await Deno.readFile(executable));
    const files = await servedFiles();
    assert(files.length > 20);
    for (const file of files) {
      assert(bytes.includes(Buffer.from(await Deno.readFile(file))), file);
    }
    if (runtime !== undefined) {
      await servesAlone(executable, { args: [], env: {} });
    }
  });
});
