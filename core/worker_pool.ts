/** Threads that mine. */

import { chooseEngine } from "./engine_choice.ts";
import { isKernelEngine, type KernelEngine } from "./engine_kernel.ts";
import { searchByKernel } from "./kernel_search.ts";
import { resultOf } from "./searcher.ts";
import type { Searcher, SearchResult, SearchTask } from "./searcher.ts";
import { SOLVER_WORKER_SOURCE, type StretchOutcome } from "./solver_worker.ts";
import type { Stretch } from "./stretch.ts";

/** A worker that does not report in time was forbidden without a word. */
const START_MS = 15_000;

/** A stretch and whoever waits for it. */
interface Job {
  readonly stretch: Stretch;
  readonly resolve: (outcome: StretchOutcome) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Web Workers that are kept until closed, and run the kernel that the calling
 * thread compiled. They are made from text inside this module, so that no
 * bundler can lose them: a page's policy must have `worker-src blob:`.
 */
export class WorkerPool implements Searcher {
  /** Name of the workers' engine. */
  readonly engine: string;
  /** Faster engines that could not be used, each with the reason. */
  readonly skipped: readonly string[];
  /** What is under way is not interrupted; an abort waits no longer than this. */
  readonly taskMs = 25;
  readonly #lanes: number;
  readonly #workers: readonly Worker[];
  readonly #idle: Worker[];
  readonly #jobs = new Map<Worker, Job>();
  #waiting: Job[] = [];
  #isClosed = false;

  private constructor(
    workers: readonly Worker[],
    { engine, skipped }: { engine: KernelEngine; skipped: readonly string[] },
  ) {
    this.#workers = workers;
    this.#idle = [...workers];
    this.engine = engine.name;
    this.#lanes = engine.lanes;
    this.skipped = skipped;
    for (const worker of workers) {
      worker.onmessage = ({ data }: MessageEvent<StretchOutcome>) =>
        this.#finish(worker, data);
      worker.onerror = (event) => {
        event.preventDefault();
        this.#fail(new Error(`A worker failed: ${event.message}`));
      };
    }
  }

  /**
   * Starts so many workers. Rejects, with the reason, where they or WebAssembly
   * are forbidden or missing.
   */
  static async start(size: number = defaultThreads()): Promise<WorkerPool> {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`A pool has at least 1 worker, got ${size}`);
    }
    const { engine, skipped } = await chooseEngine();
    if (!isKernelEngine(engine)) throw new Error("Workers need WebAssembly");
    const workers: Worker[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      for (let i = 0; i < size; i++) workers.push(createWorker());
      const late = new Promise<never>((_, reject) => {
        const reason = "Workers do not start: worker-src may forbid blob:";
        timer = setTimeout(() => reject(new Error(reason)), START_MS);
      });
      const ready = workers.map((worker) => giveKernel(worker, engine.module));
      await Promise.race([late, Promise.all(ready)]);
      return new WorkerPool(workers, { engine, skipped });
    } catch (error) {
      for (const worker of workers) worker.terminate();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Number of workers. */
  get threads(): number {
    return this.#workers.length;
  }

  /** Whether the workers are gone: it was closed, or one failed. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Does a task in the next worker that is free. */
  async search(task: SearchTask): Promise<SearchResult> {
    const search = searchByKernel(task, this.#lanes);
    let milliseconds = 0;
    let step = search.next();
    while (!step.done) {
      const outcome = await this.#run(step.value);
      milliseconds += outcome.milliseconds;
      step = search.next(outcome.left);
    }
    return resultOf(task, { nonce: step.value, milliseconds });
  }

  /** Ends the workers; tasks under way are rejected. */
  close(): void {
    this.#fail(new Error("The pool was closed"));
  }

  #run(stretch: Stretch): Promise<StretchOutcome> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new Error("The pool is closed"));
      this.#waiting.push({ stretch, resolve, reject });
      this.#assign();
    });
  }

  #assign(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const worker = this.#idle.pop()!;
      const job = this.#waiting.shift()!;
      this.#jobs.set(worker, job);
      worker.postMessage(job.stretch);
    }
  }

  #finish(worker: Worker, outcome: StretchOutcome): void {
    this.#jobs.get(worker)?.resolve(outcome);
    this.#jobs.delete(worker);
    this.#idle.push(worker);
    this.#assign();
  }

  #fail(reason: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const worker of this.#workers) worker.terminate();
    const jobs = [...this.#jobs.values(), ...this.#waiting];
    this.#jobs.clear();
    this.#waiting = [];
    for (const { reject } of jobs) reject(reason);
  }
}

/** As many threads as the device has, but one for the rest of the page. */
export function defaultThreads(): number {
  return Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1);
}

/**
 * From a blob in pages, since their policies may allow that; from a data URL
 * elsewhere, since a compiled Deno program does not load blobs.
 */
function createWorker(): Worker {
  if (typeof Worker === "undefined") {
    throw new Error("This runtime has no workers");
  }
  const type = "text/javascript";
  if (!isPage()) {
    const url = `data:${type};base64,${btoa(SOLVER_WORKER_SOURCE)}`;
    return new Worker(url, { type: "module" });
  }
  const url = URL.createObjectURL(new Blob([SOLVER_WORKER_SOURCE], { type }));
  try {
    return new Worker(url, { type: "module" });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Whether this thread draws a page. */
export function isPage(): boolean {
  return typeof (globalThis as { document?: unknown }).document === "object";
}

/** Resolves when the worker has it. */
function giveKernel(worker: Worker, module: WebAssembly.Module) {
  return new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = (event) => {
      event.preventDefault();
      const reason = event.message || "worker-src must allow blob:";
      reject(new Error(`Workers do not start: ${reason}`));
    };
    worker.postMessage(module);
  });
}
