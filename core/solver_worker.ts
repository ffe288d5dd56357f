/**
 * Entry of a worker: does search tasks, one after the other. Bundled into
 * solver_worker_source.ts by `deno task build`, since bundlers lose workers that
 * are named by URL.
 */

import { chooseEngine } from "./engine_choice.ts";
import { runTask, type SearchResult, type SearchTask } from "./searcher.ts";

/** What a worker says: first that it is ready, then a result for each task. */
export type WorkerMessage =
  | {
    readonly kind: "ready";
    readonly engine: string;
    readonly skipped: readonly string[];
  }
  | { readonly kind: "result"; readonly result: SearchResult };

/** The part of a worker's global scope that is used; no lib has it beside the page's. */
const scope = globalThis as unknown as {
  onmessage: (event: { data: SearchTask }) => void;
  postMessage: (message: WorkerMessage) => void;
};

const { engine, skipped } = await chooseEngine();
scope.onmessage = ({ data }) => {
  scope.postMessage({ kind: "result", result: runTask(engine, data) });
};
scope.postMessage({
  kind: "ready",
  engine: engine.name,
  skipped,
});
