/** The fastest engines: the generated kernel, four nonces at a time or one. */

import type { Engine } from "./engine.ts";
import { generateKernel, type KernelExports } from "./kernel.ts";
import { searchByKernel } from "./kernel_search.ts";
import { runStretch } from "./stretch.ts";

/** An engine whose kernel workers can run too. */
export interface KernelEngine extends Engine {
  /** Compiled; exports what `KernelExports` says. */
  readonly module: WebAssembly.Module;
  /** Nonces that it tries at a time. */
  readonly lanes: number;
}

/** SIMD, or scalar with one lane. Rejects where WebAssembly, or SIMD, is not to be had. */
export async function createKernelEngine(lanes: 1 | 4): Promise<KernelEngine> {
  const { module, instance } = await WebAssembly.instantiate(
    generateKernel(lanes),
  );
  const kernel = instance.exports as unknown as KernelExports;
  return {
    name: lanes === 4 ? "wasm-simd" : "wasm-scalar",
    module,
    lanes,
    prepare: (puzzle) => (from, count) => {
      const search = searchByKernel({ ...puzzle, from, count }, lanes);
      let step = search.next();
      while (!step.done) step = search.next(runStretch(kernel, step.value));
      return step.value;
    },
  };
}

/** Whether workers can run an engine's kernel. */
export function isKernelEngine(engine: Engine): engine is KernelEngine {
  return "module" in engine;
}
