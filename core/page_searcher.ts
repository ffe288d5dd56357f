/** A page's searcher: workers are started when there is work for them, and nobody waits for them. */

import { chooseEngine } from "./engine_choice.ts";
import {
  createThreadSearcher,
  type Searcher,
  type SearchResult,
  type SearchTask,
} from "./searcher.ts";
import { giveWay } from "./turns.ts";
import { defaultThreads, WorkerPool } from "./worker_pool.ts";

/**
 * Hashes on this thread after which workers are worth their start: that takes
 * as long. Not by the clock: a busy device would be busier still.
 */
const WORTH_HASHES = 2 ** 19;

/** Searches on this thread until workers have started, and where they cannot; then in them. */
export class PageSearcher implements Searcher {
  /** What forbids to be faster, as far as it is known by now. */
  readonly notices: string[];
  #present: Searcher;
  #settled: Promise<void> | undefined;
  #hashes = 0;
  #threads = defaultThreads();

  private constructor(here: Searcher, notices: readonly string[]) {
    this.#present = here;
    this.notices = [...notices];
  }

  /** Chooses an engine, after what has been begun: making one holds the thread. */
  static async open(): Promise<PageSearcher> {
    await giveWay();
    const { engine, skipped } = await chooseEngine();
    return new PageSearcher(createThreadSearcher(engine), skipped);
  }

  /** Starts the workers, unless they were; resolves when they have started or cannot. */
  settle(): Promise<void> {
    return this.#settled ??= this.#startWorkers();
  }

  /** Name of the engine. */
  get engine(): string {
    return this.#present.engine;
  }

  /** As many as there will be, while they start. */
  get threads(): number {
    return this.#threads;
  }

  /** Shorter on this thread than in workers. */
  get taskMs(): number {
    return this.#present.taskMs;
  }

  /** Whether its workers were there and are gone: it is of no more use. */
  get isClosed(): boolean {
    return this.#present instanceof WorkerPool && this.#present.isClosed;
  }

  /** Does a task, wherever that is possible now. */
  async search(task: SearchTask): Promise<SearchResult> {
    const result = await this.#present.search(task);
    this.#hashes += result.hashes;
    if (this.#hashes > WORTH_HASHES) this.settle();
    return result;
  }

  /** Ends the workers, if there are any. */
  close(): void {
    if (this.#present instanceof WorkerPool) this.#present.close();
  }

  async #startWorkers(): Promise<void> {
    try {
      this.#present = await WorkerPool.start();
    } catch (error) {
      this.notices.unshift((error as Error).message);
      this.#threads = 1;
    }
  }
}
