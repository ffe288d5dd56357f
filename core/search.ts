/** One search: puzzles in, solutions out, over all threads of a searcher. */

import type { Target } from "./height.ts";
import { NONCE_LIMIT, PUZZLES } from "./puzzle.ts";
import type { Searcher } from "./searcher.ts";

/** How far a search has come. */
export interface SolveProgress {
  /** Hashes done. */
  readonly hashes: number;
  /** Hashes that the whole search takes on average. */
  readonly expected: number;
  /** Since the start of this search. */
  readonly hashesPerSecond: number;
}

/** A puzzle that is to be solved, and the nonce to begin with. */
export interface Start {
  readonly index: number;
  readonly next: number;
}

/** All puzzles of a stamp, from the first nonce on. */
export const ALL_FROM_ZERO: readonly Start[] = Array.from(
  { length: PUZZLES },
  (_, index) => ({ index, next: 0 }),
);

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

/** What to search for. */
interface SearchOptions {
  readonly challenge: Uint8Array;
  readonly target: Target;
  readonly open: readonly Start[];
  readonly expected: number;
  readonly onProgress: ((progress: SolveProgress) => void) | undefined;
  readonly onSolved: (index: number, nonce: number) => void;
}

/** Hands out stretches of nonces until every puzzle is solved. */
export class Search {
  readonly #searcher: Searcher;
  readonly #options: SearchOptions;
  readonly #open: Map<number, OpenPuzzle>;
  readonly #started = performance.now();
  #taskNonces = FIRST_TASK_NONCES;
  #hashes = 0;
  #isOver = false;

  constructor(searcher: Searcher, options: SearchOptions) {
    this.#searcher = searcher;
    this.#options = options;
    this.#open = new Map(
      options.open.map((start) => [start.index, { ...start, searching: 0 }]),
    );
  }

  /** How far it has come. */
  get progress(): SolveProgress {
    const seconds = Math.max(1e-6, (performance.now() - this.#started) / 1000);
    return {
      hashes: this.#hashes,
      expected: this.#options.expected,
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
    this.#options.onProgress?.(this.progress);
  }

  /** Ends the search; `run` then resolves with puzzles left open. */
  stop(): void {
    this.#isOver = true;
  }

  async #runThread(): Promise<void> {
    const { challenge, target, onSolved } = this.#options;
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
        challenge,
        target,
        index,
        from,
        count,
      });
      puzzle.searching--;
      this.#hashes += hashes;
      this.#sizeTasks(hashes / milliseconds);
      if (nonce >= 0 && this.#open.delete(index)) onSolved(index, nonce);
      if (!this.#isOver) this.#options.onProgress?.(this.progress);
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
