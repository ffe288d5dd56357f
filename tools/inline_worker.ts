/**
 * Bundles core/solver_worker.ts into core/solver_worker_source.ts; with --check,
 * only compares.
 */

const root = new URL("../", import.meta.url);
const output = new URL("core/solver_worker_source.ts", root);

const bundle = await new Deno.Command(Deno.execPath(), {
  args: [
    ...["bundle", "--quiet", "--platform", "browser", "--minify"],
    "core/solver_worker.ts",
  ],
  cwd: root,
  stderr: "inherit",
}).output();
if (!bundle.success) Deno.exit(1);
const source = new TextDecoder().decode(bundle.stdout).trim();
if (/[^\x20-\x7e\n]/.test(source)) {
  throw new Error("The worker must be ASCII, to pass through btoa");
}
const text =
  `// Made from core/solver_worker.ts by \`deno task build\`; do not edit.
// deno-fmt-ignore-file
// deno-lint-ignore-file
/** The worker, bundled. */
export const SOLVER_WORKER_SOURCE: string = ${JSON.stringify(source)};
`;
const present = await Deno.readTextFile(output).catch(() => "");
if (present !== text) {
  if (Deno.args.includes("--check")) {
    console.error("core/solver_worker_source.ts is stale: deno task build");
    Deno.exit(1);
  }
  await Deno.writeTextFile(output, text);
}
