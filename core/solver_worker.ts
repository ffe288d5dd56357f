/**
 * Entry of a worker: gets the compiled kernel, then stretches, one after the
 * other. Bundled into solver_worker_source.ts by `deno task build`, since
 * bundlers lose workers that are named by URL.
 */

import type { KernelExports } from "./kernel.ts";
import { runStretch, type Stretch } from "./stretch.ts";

/** What a worker says of a stretch; once before, of none, that it is ready. */
export interface StretchOutcome {
  /** As `runStretch` returns it. */
  readonly left: number;
  /** Time that it took. */
  readonly milliseconds: number;
}

/** The part of a worker's global scope that is used; no lib has it beside the page's. */
const scope = globalThis as unknown as {
  onmessage: (event: { data: WebAssembly.Module | Stretch }) => void;
  postMessage: (outcome: StretchOutcome) => void;
};

let kernel: KernelExports;
scope.onmessage = ({ data }) => {
  const started = performance.now();
  let left = 0;
  if (data instanceof WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(data);
    kernel = exports as unknown as KernelExports;
  } else {
    left = runStretch(kernel, data);
  }
  scope.postMessage({ left, milliseconds: performance.now() - started });
};
