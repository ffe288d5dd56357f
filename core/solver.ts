/** Solves a challenge: all 8 puzzles, in slices that leave the thread responsive. */

import type { Engine } from "./engine.ts";
import { chooseEngine } from "./engine_choice.ts";
import { targetOf, workOf } from "./height.ts";
import {
  NONCE_LIMIT,
  NONCES_BYTES,
  PUZZLE_BITS,
  PuzzleMessage,
  PUZZLES,
  writeNonce,
} from "./puzzle.ts";
import { solvesPuzzle } from "./verify.ts";

/** How far a search has come. */
export interface SolveProgress {
  /** Hashes done. */
  readonly hashes: number;
  /** Hashes that the whole search takes on average. */
  readonly expected: number;
  /** Since the start of this search. */
  readonly hashesPerSecond: number;
}

/** Options of {@linkcode solve}. */
export interface SolveOptions {
  /** Ends the search: `solve` then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called about a hundred times a second while searching. */
  readonly onProgress?: ((progress: SolveProgress) => void) | undefined;
  /** 48 bytes that solve the same challenge at a lower height: puzzles that hold are kept. */
  readonly previous?: Uint8Array | undefined;
  /** Default: the fastest that this runtime allows. */
  readonly engine?: Engine | undefined;
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
}

/** A slice of searching lasts about this long, then other tasks run. */
const SLICE_MS = 8;
const FIRST_SLICE_NONCES = 1024;

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
  { signal, onProgress, previous, engine }: SolveOptions = {},
): Promise<Solution> {
  const target = targetOf(height - PUZZLE_BITS);
  const message = new PuzzleMessage(challenge);
  const nonces = startingNonces(previous);
  engine ??= (await chooseEngine()).engine;
  signal?.throwIfAborted();

  const open = previous === undefined
    ? [...Array(PUZZLES).keys()]
    : [...Array(PUZZLES).keys()].filter((index) =>
      !solvesPuzzle(message, nonces, index, target)
    );
  const expected = workOf(Math.max(0, height - PUZZLE_BITS)) * open.length;
  const started = performance.now();
  let hashes = 0;
  const rate = () => hashes / Math.max(1e-3, performance.now() - started) * 1e3;

  await inSlices(async (slices) => {
    for (const index of open) {
      const search = engine.prepare({ challenge, index, target });
      let from = 0;
      let found = -1;
      while (found < 0) {
        if (from >= NONCE_LIMIT) {
          throw new RangeError(`No nonce below 2^48 solves height ${height}`);
        }
        const { nonces: count } = slices;
        found = slices.run(() => search(from, count));
        hashes += found < 0 ? count : found - from + 1;
        from += count;
        if (!slices.isDue) continue;
        onProgress?.({ hashes, expected, hashesPerSecond: rate() });
        await slices.giveWay();
        signal?.throwIfAborted();
      }
      writeNonce(nonces, index, found);
    }
  });
  onProgress?.({ hashes, expected, hashesPerSecond: rate() });
  return { nonces, hashes, hashesPerSecond: rate(), engine: engine.name };
}

/** Options of {@linkcode measureHashRate}. */
export interface MeasureOptions {
  /** How long to measure. Default 250. */
  readonly durationMs?: number | undefined;
  /** Default: the engine that `solve` takes by itself. */
  readonly engine?: Engine | undefined;
  /** Ends the measurement early; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Measures how fast this device tries nonces, on one thread. */
export async function measureHashRate(
  { durationMs = 250, engine, signal }: MeasureOptions = {},
): Promise<{ hashesPerSecond: number; engine: string }> {
  engine ??= (await chooseEngine()).engine;
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  const impossible = { high: 0, low: 0 };
  const search = engine.prepare({ challenge, index: 0, target: impossible });
  search(0, FIRST_SLICE_NONCES); // compiled before the clock starts
  let hashes = 0;
  let elapsed = 0;
  await inSlices(async (slices) => {
    const started = performance.now();
    while (elapsed < durationMs) {
      const { nonces: count } = slices;
      slices.run(() => search(hashes, count));
      hashes += count;
      await slices.giveWay();
      elapsed = performance.now() - started;
      signal?.throwIfAborted();
    }
  });
  return { hashesPerSecond: hashes / elapsed * 1000, engine: engine.name };
}

function startingNonces(previous: Uint8Array | undefined): Uint8Array {
  if (previous === undefined) return new Uint8Array(NONCES_BYTES);
  if (previous.length !== NONCES_BYTES) {
    throw new RangeError(
      `Previous nonces have ${NONCES_BYTES} bytes, got ${previous.length}`,
    );
  }
  return previous.slice();
}

/** Runs a search in slices, and lets go of what giving way needs when it ends. */
async function inSlices(
  search: (slices: Slices) => Promise<void>,
): Promise<void> {
  const slices = new Slices();
  try {
    await search(slices);
  } finally {
    slices.close();
  }
}

/** Sizes the slices of a search by the time they take, and gives way between them. */
class Slices {
  /** Nonces to try in the next slice. */
  nonces = FIRST_SLICE_NONCES;
  #searchedMs = 0;
  readonly #turns = createTurns();

  /** Times one slice and sizes the next. */
  run(slice: () => number): number {
    const started = performance.now();
    const found = slice();
    const tookMs = performance.now() - started;
    this.#searchedMs += tookMs;
    const ideal = this.nonces * SLICE_MS / Math.max(tookMs, 0.1);
    this.nonces = Math.round(Math.min(this.nonces * 4, Math.max(64, ideal)));
    return found;
  }

  /** Whether other tasks have waited for as long as a slice may last. */
  get isDue(): boolean {
    return this.#searchedMs >= SLICE_MS / 2;
  }

  giveWay(): Promise<void> {
    this.#searchedMs = 0;
    return new Promise((resolve) => this.#turns.afterOthers(resolve));
  }

  close(): void {
    this.#turns.close();
  }
}

interface Turns {
  /** Calls back when other tasks have had their turn. */
  afterOthers(resume: () => void): void;
  close(): void;
}

/**
 * `setImmediate` outside browsers: in Deno a message port starves timers for a
 * second. A message port in browsers: they clamp nested timers to 4 ms, and
 * those of background tabs to a second.
 */
function createTurns(): Turns {
  const { setImmediate } = globalThis as {
    setImmediate?: (resume: () => void) => void;
  };
  if (setImmediate !== undefined) {
    return { afterOthers: (resume) => setImmediate(resume), close: () => {} };
  }
  const { port1, port2 } = new MessageChannel();
  return {
    afterOthers(resume) {
      port1.onmessage = resume;
      port2.postMessage(null);
    },
    close() {
      port1.close();
      port2.close();
    },
  };
}
