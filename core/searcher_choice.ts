/** Chooses where to search: a pool, the page's own, or the calling thread. */

import type { Engine } from "./engine.ts";
import { chooseEngine } from "./engine_choice.ts";
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
  readonly release: () => void;
}

/** One pool for all calls of a page. */
let pagePool: Promise<WorkerPool> | undefined;

/** The page's pool, made anew when it could not be started or a worker failed. */
async function usePagePool(): Promise<WorkerPool> {
  const present = pagePool ??= WorkerPool.start();
  const forget = () => {
    if (pagePool === present) pagePool = undefined;
  };
  try {
    const pool = await present;
    if (!pool.isClosed) return pool;
  } catch (error) {
    forget();
    throw error;
  }
  forget();
  return await usePagePool();
}

/** Opens what the options ask for; falls back to this thread, and says why. */
export async function openSearcher(
  { workers, engine }: ThreadOptions,
): Promise<OpenSearcher> {
  const keep = () => {};
  if (engine !== undefined) {
    const searcher = createThreadSearcher(engine);
    return { searcher, notices: [], release: keep };
  }
  try {
    if (workers instanceof WorkerPool) return usePool(workers, keep);
    if (workers !== undefined && workers > 0) {
      const own = await WorkerPool.start(workers);
      return usePool(own, () => own.close());
    }
    if (workers === undefined && isPage()) {
      return usePool(await usePagePool(), keep);
    }
  } catch (error) {
    return await useThisThread([(error as Error).message]);
  }
  return await useThisThread([]);
}

function usePool(pool: WorkerPool, release: () => void): OpenSearcher {
  return { searcher: pool, notices: pool.skipped, release };
}

async function useThisThread(
  notices: readonly string[],
): Promise<OpenSearcher> {
  const { engine, skipped } = await chooseEngine();
  return {
    searcher: createThreadSearcher(engine),
    notices: [...notices, ...skipped],
    release: () => {},
  };
}
