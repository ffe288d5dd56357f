/** A node in a process of its own, that a test can kill. */

import type { PriceCurve } from "@sigmesh/core";
import manifest from "../../deno.json" with { type: "json" };
import { TextLineStream } from "./text_line_stream.ts";

const root = new URL("../../", import.meta.url);

/** Such a node. */
export interface NodeProcess {
  readonly origin: string;
  /** The first line from here on that matches; fails when output ends before. */
  line(pattern: RegExp): Promise<string>;
  /** Ends it without a word, unless it has ended; done when it is gone. */
  kill(): Promise<void>;
  /** Tells it to end; done when it has. */
  stop(): Promise<void>;
}

const ON_LOOPBACK = "--host 127.0.0.1 --port 0 --no-dht --no-turn".split(" ");

/** Starts one as `deno task start` does, on a free port of 127.0.0.1 unless told otherwise. */
export async function startNodeProcess(
  curve: PriceCurve,
  { options = ON_LOOPBACK, within = [], env = {} }: {
    /** Of the command line. */
    options?: readonly string[];
    /** The command that runs others in a network of their own. */
    within?: readonly string[];
    /** Variables beside those of the test. */
    env?: Record<string, string>;
  } = {},
): Promise<NodeProcess> {
  const difficulty = await Deno.makeTempFile();
  await Deno.writeTextFile(
    difficulty,
    JSON.stringify({ version: 1, ...curve }),
  );
  const [program, ...args] = [...within, Deno.execPath()];
  const child = new Deno.Command(program!, {
    args: [
      ...args,
      ...manifest.tasks.start.command.split(" ").slice(1)
        .map((word) => word.replaceAll("'", "")),
      ...options,
      ...["--difficulty", difficulty],
    ],
    cwd: root,
    env,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  let isOver = false;
  const end = async (signal: Deno.Signal) => {
    if (isOver) return;
    isOver = true;
    child.kill(signal);
    await child.status;
    await lines.cancel();
  };
  const line = async (pattern: RegExp) => {
    while (true) {
      const { done, value } = await lines.read();
      if (done) throw new Error(`The node ended without a line ${pattern}`);
      if (pattern.test(value)) return value;
    }
  };
  try {
    return {
      origin: (await line(/^https? /)).split(" ")[1]!,
      line,
      kill: () => end("SIGKILL"),
      stop: () => end("SIGTERM"),
    };
  } finally {
    await Deno.remove(difficulty);
  }
}
