/** npm packages that are measured beside this project, and are no dependencies of it. */

import { hasProgram } from "./server.ts";

/** Installs packages into the user's cache, once; gives the folder that has `node_modules`. */
export async function installFromNpm(
  name: string,
  packages: readonly string[],
): Promise<string> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ??
    `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  const folder = `${cache}/sigmesh-bench/${name}`;
  await Deno.mkdir(folder, { recursive: true });
  const { success, stderr } = await new Deno.Command("npm", {
    args: [
      ...["install", "--no-audit", "--no-fund", "--prefer-offline"],
      "--ignore-scripts", // native parts, which nothing here uses
      ...["--prefix", folder, ...packages],
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    const reason = new TextDecoder().decode(stderr);
    throw new Error(`npm could not install ${packages.join(" ")}: ${reason}`);
  }
  return folder;
}

/** What to install where that cannot be done. */
export async function npmMissing(): Promise<string | undefined> {
  const isThere = await hasProgram("node") && await hasProgram("npm");
  return isThere ? undefined : "install Node.js with npm";
}
