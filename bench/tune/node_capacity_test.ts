/** A real node in a process of its own; so is who measures it, whose children are then nobody else's. */

import { assert, assertEquals } from "@std/assert";
import { libcMissing } from "../load/libc.ts";

const ignore = libcMissing() !== undefined;

/** Runs a measurement; its result, or what it was rejected with, and how many processes are left. */
async function measureApart(
  { seconds, isGivenUp }: { seconds: number; isGivenUp: boolean },
) {
  const module = (path: string) => JSON.stringify(import.meta.resolve(path));
  const code = `
    import { measureCapacity } from ${module("./node_capacity.ts")};
    import { treeOf } from ${module("../load/processes.ts")};
    const stop = new AbortController();
    const steps = [];
    const result = await measureCapacity({
      seconds: ${seconds},
      signal: stop.signal,
      onProgress(step) {
        steps.push(step);
        if (${isGivenUp}) stop.abort(new Error("given up"));
      },
    }).catch((error) => ({ rejectedWith: error.message }));
    const processes = treeOf(Deno.pid).length;
    console.log(JSON.stringify({ result, steps, processes }));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    cwd: new URL("../..", import.meta.url),
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "a node is kept busy with paid posts, and is gone afterwards",
  ignore,
  async fn() {
    const { result, steps, processes } = await measureApart({
      seconds: 1,
      isGivenUp: false,
    });
    assert(result.postsPerSecond > 100);
    assert(result.threadShare > 0.1 && result.generatorShare > 0);
    assert(steps.length >= 2 && steps.at(-1).seconds >= 1);
    assertEquals(processes, 1);
  },
});

Deno.test({
  name: "a measurement that is given up takes its node along",
  ignore,
  async fn() {
    const { result, processes } = await measureApart({
      seconds: 600,
      isGivenUp: true,
    });
    assertEquals(result, { rejectedWith: "given up" });
    assertEquals(processes, 1);
  },
});
