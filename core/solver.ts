/** Solves a challenge: its 8 puzzles, over as many threads as there are. */

import { type Target, targetOf, workOf } from "./height.ts";
import {
  NONCE_LIMIT,
  NONCES_BYTES,
  PUZZLE_BITS,
  readNonce,
  writeNonce,
} from "./puzzle.ts";
import { PuzzleHash } from "./puzzle_hash.ts";
import {
  ALL_FROM_ZERO,
  Search,
  type SolveProgress,
  type Start,
} from "./search.ts";
import { openSearcher, type ThreadOptions } from "./searcher_choice.ts";
import { solvesPuzzle } from "./verify.ts";

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
  /** Threads that searched, those included that were still starting. */
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
  return {
    nonces,
    hashes,
    hashesPerSecond,
    engine,
    threads: count,
    notices: [...notices],
  };
}

/** Nonces to begin with, and the puzzles that they leave open. */
function startingPoint(
  challenge: Uint8Array,
  target: Target,
  previous: Uint8Array | undefined,
): { nonces: Uint8Array; open: readonly Start[] } {
  const hash = new PuzzleHash(challenge);
  if (previous === undefined) {
    return { nonces: new Uint8Array(NONCES_BYTES), open: ALL_FROM_ZERO };
  }
  if (previous.length !== NONCES_BYTES) {
    throw new RangeError(
      `Previous nonces have ${NONCES_BYTES} bytes, got ${previous.length}`,
    );
  }
  const nonces = previous.slice();
  const open = ALL_FROM_ZERO
    .filter(({ index }) => !solvesPuzzle(hash, nonces, index, target))
    .map(({ index }) => ({ index, next: nextNonce(readNonce(nonces, index)) }));
  return { nonces, open };
}

/** What lies before a solution of the lower height was tried already. */
function nextNonce(nonce: number): number {
  return nonce < NONCE_LIMIT / 2 ? nonce + 1 : 0;
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
  const { searcher, settle, release } = await openSearcher(threads);
  await settle?.();
  const impossible = new Search(searcher, {
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    target: { high: 0, low: 0 },
    open: ALL_FROM_ZERO,
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
