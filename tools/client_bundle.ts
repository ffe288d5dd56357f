/**
 * client/mod.ts and all that it imports as one file: bundled, then minified
 * again by terser, which saves another twentieth of what is gzipped.
 */

import { minify } from "terser";

const root = new URL("../", import.meta.url);
const OPTIONS = { module: true, compress: { passes: 3 } };

/** What Deno makes of it. With `isMeasured` hash-wasm is left out, and a source map is at its end. */
export async function bundleClient(
  { isMeasured = false } = {},
): Promise<string> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform", "browser", "--minify"],
      ...(isMeasured
        ? ["--external", "hash-wasm", "--sourcemap", "inline"]
        : []),
      "client/mod.ts",
    ],
    cwd: root,
    stderr: "inherit",
  }).output();
  if (!success) Deno.exit(1);
  return new TextDecoder().decode(stdout);
}

/** The bundle as browsers get it. */
export async function minifyClient(bundle: string): Promise<string> {
  return (await minify(bundle, OPTIONS)).code!;
}

/** The same of a bundle with a map, and its map. */
export async function minifyMapped(
  bundle: string,
): Promise<{ code: string; map: string }> {
  const sourceMap = { content: "inline" };
  const { code, map } = await minify(bundle, { ...OPTIONS, sourceMap });
  return { code: code!, map: map as string };
}
