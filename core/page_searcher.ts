/** A page's searcher: its first solve does not wait for workers. */

import { chooseEngine } from "./engine_choice.ts";
import {
  createThreadSearcher,
  type Searcher,
  type SearchResult,
  type SearchTask,
} from "./searcher.ts";
import { defaultThreads, WorkerPool } from "./worker_pool.ts";

/** Searches on this thread while workers start, and where they cannot; then in them. */
export class PageSearcher implements Searcher {
  /** What forbids to be faster, as far as it is known by now. */
  readonly notices: string[];
  /** Resolves when the workers have started or cannot. */
  readonly settled: Promise<void>;
  #present: Searcher;
  #threads = defaultThreads();

  private constructor(here: Searcher, notices: readonly string[]) {
    this.#present = here;
    this.notices = [...notices];
    this.settled = this.#startWorkers();
  }

  /** Chooses an engine and begins to start workers. */
  static async open(): Promise<PageSearcher> {
    const { engine, skipped } = await chooseEngine();
    return new PageSearcher(createThreadSearcher(engine), skipped);
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
  search(task: SearchTask): Promise<SearchResult> {
    return this.#present.search(task);
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
