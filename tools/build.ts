/** Bundles what browsers load into dist/: the client library and the demo. */

const root = new URL("../", import.meta.url);

async function bundle(entry: string, output: string): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform", "browser", "--minify"],
      ...["--output", output, entry],
    ],
    cwd: root,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot bundle ${entry}`);
}

await Deno.mkdir(new URL("dist/demo/", root), { recursive: true });
await Promise.all([
  bundle("client/mod.ts", "dist/client.js"),
  bundle("client/demo/demo.ts", "dist/demo/demo.js"),
  ...["index.html", "demo.css"].map((file) =>
    Deno.copyFile(
      new URL(`client/demo/${file}`, root),
      new URL(`dist/demo/${file}`, root),
    )
  ),
]);
