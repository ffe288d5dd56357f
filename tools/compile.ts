/** Makes dist/sigmesh, one executable; arguments go to `deno compile`. Permissions are those of `deno task start`. */

import { fileURLToPath } from "node:url";
import manifest from "../deno.json" with { type: "json" };

const root = new URL("../", import.meta.url);

/** What `deno task start` allows its node. */
const allowed = manifest.tasks.start.command.replaceAll("'", "").split(" ")
  .filter((word) => word.startsWith("--"));

/**
 * A file of 100,000 numbers, by which a package below prom-client is tested.
 * Deno 2.9.6 takes it for a script of one long subtraction, and dies of that.
 */
async function testsOfBintrees(): Promise<string> {
  const folder = new URL(
    "../../bintrees/",
    import.meta.resolve("prom-client"),
  );
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const version = entries.find(({ isDirectory }) => isDirectory);
  return fileURLToPath(new URL(`${version!.name}/test`, folder));
}

/** All of dist/ but what is not served. */
const excluded = ["dist/client.bundle.js", "dist/npm", "dist/sigmesh"];

const { success } = await new Deno.Command(Deno.execPath(), {
  args: [
    ...["compile", "--no-check", "--exclude-unused-npm", ...allowed],
    ...["--include", "dist", "--include", "server/turn/turn_worker.ts"],
    ...[...excluded, await testsOfBintrees()]
      .flatMap((path) => ["--exclude", path]),
    ...(Deno.args.includes("--output") ? [] : ["--output", "dist/sigmesh"]),
    ...[...Deno.args, "server/main.ts"],
  ],
  cwd: root,
}).spawn().status;
if (!success) Deno.exit(1);
