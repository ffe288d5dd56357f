/** A node in a process of its own, that a test can kill. */

import type { PriceCurve } from "@sigmesh/core";
import manifest from "../../deno.json" with { type: "json" };
import { TextLineStream } from "./text_line_stream.ts";

const root = new URL("../../", import.meta.url);

/** Such a node. */
export interface NodeProcess {
  readonly origin: string;
  /** Ends it without a word; done when it is gone. */
  kill(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1, as `deno task start` does. */
export async function startNodeProcess(
  curve: PriceCurve,
): Promise<NodeProcess> {
  const difficulty = await Deno.makeTempFile();
  await Deno.writeTextFile(
    difficulty,
    JSON.stringify({ version: 1, ...curve }),
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...manifest.tasks.start.command.split(" ").slice(1)
        .map((word) => word.replaceAll("'", "")),
      ...["--host", "127.0.0.1", "--port", "0", "--no-dht", "--no-turn"],
      ...["--difficulty", difficulty],
    ],
    cwd: root,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  const kill = async () => {
    child.kill("SIGKILL");
    await child.status;
    await lines.cancel();
  };
  while (true) {
    const { done, value } = await lines.read();
    const origin = /^http (http:\S+)$/.exec(value ?? "")?.[1];
    if (done || origin !== undefined) await Deno.remove(difficulty);
    if (done) throw new Error("The node did not start");
    if (origin !== undefined) return { origin, kill };
  }
}
