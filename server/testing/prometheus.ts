/** Prometheus as operators run it, by the files of `docs/monitoring/`. */

import { TextLineStream } from "./text_line_stream.ts";
import { freePort } from "./test_mesh.ts";

/** Those files. */
export const MONITORING = new URL("../../docs/monitoring/", import.meta.url);

/** Why tests with it are ignored, as an end of their name; empty where they run. */
export const prometheusMissing = areThere("prometheus", "promtool")
  ? ""
  : " (there is no prometheus)";

/** Series that a query finds now. */
export type Query = (promql: string) => Promise<readonly unknown[]>;

/** Runs with a server that reads the metrics of a node on loopback once a second. */
export async function withPrometheus(
  { port }: { readonly port: number },
  run: (query: Query) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const setting = await Deno.readTextFile(
    new URL("prometheus.yml", MONITORING),
  );
  await Deno.copyFile(
    new URL("alerts.yml", MONITORING),
    `${folder}/alerts.yml`,
  );
  await Deno.writeTextFile(
    `${folder}/prometheus.yml`,
    setting.replace("15s", "1s").replace("https", "http")
      .replace("node.example", `127.0.0.1:${port}`),
  );
  const address = `127.0.0.1:${freePort()}`;
  const child = new Deno.Command("prometheus", {
    args: [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${address}`,
    ],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  try {
    const lines = child.stderr.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    await until(lines, /Server is ready/);
    await run(async (promql) => {
      const query = new URLSearchParams({ query: promql });
      const answer = await fetch(`http://${address}/api/v1/query?${query}`);
      const { data, error } = await answer.json();
      if (error !== undefined) throw new Error(`${promql}: ${error}`);
      return data.result;
    });
  } finally {
    child.kill("SIGTERM");
    await child.status;
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs promtool; rejects with what it said when it did not like what it saw. */
export async function promtool(
  args: readonly string[],
  stdin = "",
): Promise<void> {
  const child = new Deno.Command("promtool", {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = new Response(stdin).body!.pipeTo(child.stdin);
  const [{ success, stdout, stderr }] = await Promise.all([
    child.output(),
    input,
  ]);
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`promtool ${args[0]}: ${said.join("")}`);
}

/** Reads up to the line, and the rest too, so that who writes it is not held up. */
async function until(
  lines: ReadableStream<string>,
  pattern: RegExp,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  void (async () => {
    for await (const line of lines) if (pattern.test(line)) resolve();
    reject(new Error(`Prometheus ended without a line ${pattern}`));
  })();
  await promise;
}

function areThere(...programs: string[]): boolean {
  try {
    for (const program of programs) {
      new Deno.Command(program, { args: ["--version"] }).outputSync();
    }
    return true;
  } catch {
    return false;
  }
}
