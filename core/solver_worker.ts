/**
 * What a worker does: gets the compiled kernel, then stretches, one after the
 * other. It goes to workers as the text of two functions, since bundlers lose
 * workers that are named by URL; so they refer to nothing outside themselves.
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
interface WorkerScope {
  onmessage: (event: { data: WebAssembly.Module | Stretch }) => void;
  postMessage: (outcome: StretchOutcome) => void;
}

function serveStretches(run: typeof runStretch): void {
  const scope = globalThis as unknown as WorkerScope;
  let kernel: KernelExports;
  scope.onmessage = ({ data }) => {
    const started = performance.now();
    let left = 0;
    if (data instanceof WebAssembly.Module) {
      const { exports } = new WebAssembly.Instance(data);
      kernel = exports as unknown as KernelExports;
    } else {
      left = run(kernel, data);
    }
    scope.postMessage({ left, milliseconds: performance.now() - started });
  };
}

/** The worker's script. */
export const SOLVER_WORKER_SOURCE = `(${serveStretches})(${runStretch})`;
