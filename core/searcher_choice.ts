/** Chooses where to search: a pool, the page's own, or the calling thread. */

import type { Engine } from "./engine.ts";
import { chooseEngine } from "./engine_choice.ts";
import { PageSearcher } from "./page_searcher.ts";
import { createThreadSearcher, type Searcher } from "./searcher.ts";
import { isPage, WorkerPool } from "./worker_pool.ts";

/** Where to search. */
export interface ThreadOptions {
  /**
   * A pool to use; or how many workers to start for this call alone, 0 for the
   * calling thread. Default: in a page one pool for all calls, elsewhere 0.
   */
  readonly workers?: WorkerPool | number | undefined;
  /** Search on the calling thread, with this engine. */
  readonly engine?: Engine | undefined;
}

/** A searcher, to be released after use. */
export interface OpenSearcher {
  readonly searcher: Searcher;
  readonly notices: readonly string[];
  /** Makes it as fast as it can be; left out: it is. */
  readonly settle?: () => Promise<void>;
  readonly release: () => void;
}

/** One for all calls of a page. */
let pageSearcher: Promise<PageSearcher> | undefined;

/** The page's, made anew when a worker of the last has failed. */
async function usePage(): Promise<PageSearcher> {
  const present = pageSearcher ??= PageSearcher.open();
  const searcher = await present;
  if (!searcher.isClosed) return searcher;
  if (pageSearcher === present) pageSearcher = undefined;
  return await usePage();
}

/** Opens what the options ask for; falls back to this thread, and says why. */
export async function openSearcher(
  { workers = isPage() ? undefined : 0, engine }: ThreadOptions,
): Promise<OpenSearcher> {
  const release = () => {};
  if (engine !== undefined) {
    return { searcher: createThreadSearcher(engine), notices: [], release };
  }
  if (workers === undefined) {
    const searcher = await usePage();
    const settle = () => searcher.settle();
    return { searcher, notices: searcher.notices, settle, release };
  }
  if (workers instanceof WorkerPool) {
    return { searcher: workers, notices: workers.skipped, release };
  }
  return await openThreads(workers);
}

/** So many workers, or this thread. */
async function openThreads(workers: number): Promise<OpenSearcher> {
  const notices: string[] = [];
  try {
    if (workers > 0) {
      const pool = await WorkerPool.start(workers);
      const release = () => pool.close();
      return { searcher: pool, notices: pool.skipped, release };
    }
  } catch (error) {
    notices.push((error as Error).message);
  }
  const { engine, skipped } = await chooseEngine();
  const searcher = createThreadSearcher(engine);
  return { searcher, notices: [...notices, ...skipped], release: () => {} };
}
