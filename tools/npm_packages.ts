/** Makes dist/npm/core.tgz and client.tgz, as npm installs and publishes them: JavaScript with types. */

import manifest from "../core/deno.json" with { type: "json" };

const root = new URL("../", import.meta.url);
const output = new URL("dist/npm/", root);
const NAMES = ["core", "client"] as const;

async function run(
  [program, ...args]: [string, ...string[]],
  cwd: URL,
): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, cwd })
    .output();
  if (success) return;
  throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
}

/** Without source maps, which would name files of this machine. */
function pack(name: typeof NAMES[number]): Promise<void> {
  return run(
    [
      Deno.execPath(),
      ...["pack", "--quiet", "--allow-dirty", "--no-source-maps"],
      ...["--output", new URL(`${name}.tgz`, output).pathname],
    ],
    new URL(`${name}/`, root),
  );
}

/** `deno pack` of 2.9.6 does not count members of the workspace as dependencies. */
async function addCore(): Promise<void> {
  const folder = new URL("package/", output);
  await run(["tar", "-xzf", "client.tgz"], output);
  const file = new URL("package.json", folder);
  const packed = JSON.parse(await Deno.readTextFile(file));
  packed.dependencies["@sigmesh/core"] = `^${manifest.version}`;
  await Deno.writeTextFile(file, JSON.stringify(packed, null, 2));
  await run(["tar", "-czf", "client.tgz", "package"], output);
  await Deno.remove(folder, { recursive: true });
}

await Deno.mkdir(output, { recursive: true });
for (const name of NAMES) await pack(name);
await addCore();
