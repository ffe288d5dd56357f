/** A real node in a process of its own. */

import { assert, assertRejects } from "@std/assert";
import { libcMissing } from "../load/libc.ts";
import { treeOf } from "../load/processes.ts";
import { measureCapacity } from "./node_capacity.ts";
import type { Step } from "./progress.ts";

const ignore = libcMissing() !== undefined;

Deno.test({
  name: "a node is kept busy with paid posts, and is gone afterwards",
  ignore,
  async fn() {
    const steps: Step[] = [];
    const capacity = await measureCapacity({
      seconds: 1,
      onProgress: (step) => steps.push(step),
      signal: new AbortController().signal,
    });
    assert(capacity.postsPerSecond > 100);
    assert(capacity.threadShare > 0.1 && capacity.generatorShare > 0);
    assert(steps.length >= 2 && steps.at(-1)!.seconds >= 1);
    assert(treeOf(Deno.pid).length === 1);
  },
});

Deno.test({
  name: "a measurement that is given up takes its node along",
  ignore,
  async fn() {
    const stop = new AbortController();
    await assertRejects(
      () =>
        measureCapacity({
          seconds: 600,
          onProgress: () => stop.abort(new Error("given up")),
          signal: stop.signal,
        }),
      Error,
      "given up",
    );
    assert(treeOf(Deno.pid).length === 1);
  },
});
