/** Solves a challenge: its 8 puzzles, over as many threads as there are. */

import type { Engine } from "./engine.ts";
import { chooseEngine } from "./engine_choice.ts";
import { type Target, targetOf, workOf } from "./height.ts";
import {
  NONCE_LIMIT,
  NONCES_BYTES,
  PUZZLE_BITS,
  PUZZLES,
  readNonce,
  writeNonce,
} from "./puzzle.ts";
import { PuzzleHash } from "./puzzle_hash.ts";
import { createThreadSearcher, type Searcher } from "./searcher.ts";
import { solvesPuzzle } from "./verify.ts";
import { isPage, WorkerPool } from "./worker_pool.ts";

/** How far a search has come. */
export interface SolveProgress {
  /** Hashes done. */
  readonly hashes: number;
  /** Hashes that the whole search takes on average. */
  readonly expected: number;
  /** Since the start of this search. */
  readonly hashesPerSecond: number;
}

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

/** Options of {@linkcode solve}. */
export interface SolveOptions extends ThreadOptions {
  /** Ends the search: `solve` then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called many times a second while searching. */
  readonly onProgress?: ((progress: SolveProgress) => void) | undefined;
  /** 48 bytes that solve the same challenge at a lower height: puzzles that hold are kept. */
  readonly previous?: Uint8Array | undefined;
}

/** A solved challenge. */
export interface Solution {
  /** 48 bytes, for `formatStamp`. */
  readonly nonces: Uint8Array;
  /** Hashes done. */
  readonly hashes: number;
  /** Over the whole search. */
  readonly hashesPerSecond: number;
  /** Name of the engine that was used. */
  readonly engine: string;
  /** Threads that searched. */
  readonly threads: number;
  /** Why it was not faster: what this runtime or the page's policy forbids. */
  readonly notices: readonly string[];
}

/**
 * Mines the nonces that pay for a challenge (32 bytes) at a height in bits.
 *
 * ```ts
 * import { assert } from "@std/assert";
 * import { challengeOf, solve, verify } from "@sigmesh/core";
 *
 * const challenge = challengeOf({
 *   token: "AWjYpwARAG6o4XPaD5-Lxz5jd0mPnZQ",
 *   method: "POST",
 *   url: "https://node.example/room/" + "ab".repeat(20),
 *   salt: crypto.getRandomValues(new Uint8Array(6)),
 *   body: "hello",
 * });
 * const { nonces } = await solve(challenge, 12);
 * assert(verify(challenge, nonces, 12).ok);
 * ```
 *
 * Throws RangeError when a length is wrong or the height is not a number.
 */
export async function solve(
  challenge: Uint8Array,
  height: number,
  { signal, onProgress, previous, ...threads }: SolveOptions = {},
): Promise<Solution> {
  const target = targetOf(height - PUZZLE_BITS);
  const { nonces, open } = startingPoint(challenge, target, previous);
  signal?.throwIfAborted();
  const { searcher, notices, release } = await openSearcher(threads);
  const search = new Search(searcher, {
    challenge,
    target,
    open,
    expected: workOf(Math.max(0, height - PUZZLE_BITS)) * open.length,
    onProgress,
    onSolved: (index, nonce) => writeNonce(nonces, index, nonce),
  });
  try {
    await search.run(signal);
  } finally {
    release();
  }
  const { hashes, hashesPerSecond } = search.progress;
  const { engine, threads: count } = searcher;
  return { nonces, hashes, hashesPerSecond, engine, threads: count, notices };
}

const ALL_PUZZLES = [...Array(PUZZLES).keys()];

/** A puzzle that is to be solved, and the nonce to begin with. */
interface Start {
  readonly index: number;
  readonly next: number;
}

/** Nonces to begin with, and the puzzles that they leave open. */
function startingPoint(
  challenge: Uint8Array,
  target: Target,
  previous: Uint8Array | undefined,
): { nonces: Uint8Array; open: Start[] } {
  const hash = new PuzzleHash(challenge);
  if (previous === undefined) {
    const open = ALL_PUZZLES.map((index) => ({ index, next: 0 }));
    return { nonces: new Uint8Array(NONCES_BYTES), open };
  }
  if (previous.length !== NONCES_BYTES) {
    throw new RangeError(
      `Previous nonces have ${NONCES_BYTES} bytes, got ${previous.length}`,
    );
  }
  const nonces = previous.slice();
  const open = ALL_PUZZLES
    .filter((index) => !solvesPuzzle(hash, nonces, index, target))
    .map((index) => ({ index, next: nextNonce(readNonce(nonces, index)) }));
  return { nonces, open };
}

/** What lies before a solution of the lower height was tried already. */
function nextNonce(nonce: number): number {
  return nonce < NONCE_LIMIT / 2 ? nonce + 1 : 0;
}

/** A puzzle under search. */
interface OpenPuzzle {
  readonly index: number;
  /** The first nonce that nobody was given. */
  next: number;
  /** Threads that search for it. */
  searching: number;
}

const FIRST_TASK_NONCES = 4096;
const LEAST_TASK_NONCES = 64;

/** One solve: hands out stretches of nonces until every puzzle is solved. */
class Search {
  readonly #searcher: Searcher;
  readonly #challenge: Uint8Array;
  readonly #target: Target;
  readonly #open: Map<number, OpenPuzzle>;
  readonly #expected: number;
  readonly #onProgress: ((progress: SolveProgress) => void) | undefined;
  readonly #onSolved: (index: number, nonce: number) => void;
  readonly #started = performance.now();
  #taskNonces = FIRST_TASK_NONCES;
  #hashes = 0;
  #isOver = false;

  constructor(searcher: Searcher, { challenge, target, open, ...rest }: {
    challenge: Uint8Array;
    target: Target;
    open: readonly Start[];
    expected: number;
    onProgress: ((progress: SolveProgress) => void) | undefined;
    onSolved: (index: number, nonce: number) => void;
  }) {
    this.#searcher = searcher;
    this.#challenge = challenge;
    this.#target = target;
    this.#open = new Map(
      open.map((start) => [start.index, { ...start, searching: 0 }]),
    );
    this.#expected = rest.expected;
    this.#onProgress = rest.onProgress;
    this.#onSolved = rest.onSolved;
  }

  get progress(): SolveProgress {
    const seconds = Math.max(1e-6, (performance.now() - this.#started) / 1000);
    return {
      hashes: this.#hashes,
      expected: this.#expected,
      hashesPerSecond: this.#hashes / seconds,
    };
  }

  /** Resolves when all is solved; rejects at once when the signal is aborted. */
  async run(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted(); // it may have come while threads were started
    const threads = Array.from(
      { length: this.#searcher.threads },
      () => this.#runThread(),
    );
    let onAbort = () => {};
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal!.reason);
    });
    signal?.addEventListener("abort", onAbort);
    try {
      await Promise.race([Promise.all(threads), aborted]);
    } finally {
      this.#isOver = true;
      signal?.removeEventListener("abort", onAbort);
      await Promise.allSettled(signal?.aborted ? [] : threads);
    }
    this.#onProgress?.(this.progress);
  }

  /** Ends the search; `run` then resolves with puzzles left open. */
  stop(): void {
    this.#isOver = true;
  }

  async #runThread(): Promise<void> {
    while (!this.#isOver) {
      const puzzle = this.#nextPuzzle();
      if (puzzle === undefined) return;
      const { index, next: from } = puzzle;
      if (from >= NONCE_LIMIT) {
        throw new RangeError(`Puzzle ${index} has no solution below 2^48`);
      }
      const count = this.#taskNonces;
      puzzle.next += count;
      puzzle.searching++;
      const { nonce, hashes, milliseconds } = await this.#searcher.search({
        challenge: this.#challenge,
        target: this.#target,
        index,
        from,
        count,
      });
      puzzle.searching--;
      this.#hashes += hashes;
      this.#sizeTasks(hashes / milliseconds);
      if (nonce >= 0 && this.#open.delete(index)) this.#onSolved(index, nonce);
      if (!this.#isOver) this.#onProgress?.(this.progress);
    }
  }

  /** The open puzzle that the fewest search for: threads without one of their own help. */
  #nextPuzzle(): OpenPuzzle | undefined {
    let least: OpenPuzzle | undefined;
    for (const puzzle of this.#open.values()) {
      if (least === undefined || puzzle.searching < least.searching) {
        least = puzzle;
      }
    }
    return least;
  }

  #sizeTasks(hashesPerMs: number): void {
    const ideal = Math.round(hashesPerMs * this.#searcher.taskMs);
    const most = this.#taskNonces * 4;
    this.#taskNonces = Math.max(LEAST_TASK_NONCES, Math.min(ideal, most));
  }
}

/** Options of {@linkcode measureHashRate}. */
export interface MeasureOptions extends ThreadOptions {
  /** How long to measure. Default 250. */
  readonly durationMs?: number | undefined;
  /** Ends the measurement early; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Measures how fast this device tries nonces. */
export async function measureHashRate(
  { durationMs = 250, signal, ...threads }: MeasureOptions = {},
): Promise<{ hashesPerSecond: number; engine: string; threads: number }> {
  signal?.throwIfAborted();
  const { searcher, release } = await openSearcher(threads);
  const impossible = new Search(searcher, {
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    target: { high: 0, low: 0 },
    open: ALL_PUZZLES.map((index) => ({ index, next: 0 })),
    expected: Infinity,
    onSolved: () => {},
    onProgress: () => {
      if (performance.now() - started >= durationMs) impossible.stop();
    },
  });
  const started = performance.now();
  try {
    await impossible.run(signal);
  } finally {
    release();
  }
  const { hashesPerSecond } = impossible.progress;
  return {
    hashesPerSecond,
    engine: searcher.engine,
    threads: searcher.threads,
  };
}

interface OpenSearcher {
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

async function openSearcher(
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
