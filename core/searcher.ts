/** What tries nonces for the solver: this thread, or a pool of others. */

import type { Engine, Puzzle } from "./engine.ts";
import { giveWay } from "./turns.ts";

/** A stretch of nonces to try for a puzzle. */
export interface SearchTask extends Puzzle {
  /** The first nonce. */
  readonly from: number;
  /** How many. */
  readonly count: number;
}

/** What came of it. */
export interface SearchResult {
  /** The first solution, or -1. */
  readonly nonce: number;
  /** Hashes done. */
  readonly hashes: number;
  /** Time that they took. */
  readonly milliseconds: number;
}

/** Does tasks, as many at a time as it has threads; more wait. */
export interface Searcher {
  /** Name of the engine. */
  readonly engine: string;
  /** Tasks that run at a time. */
  readonly threads: number;
  /** How long a task should take: what is under way is not interrupted. */
  readonly taskMs: number;
  /** Does a task. */
  search(task: SearchTask): Promise<SearchResult>;
}

/** Does a task, here and now. */
export function runTask(engine: Engine, task: SearchTask): SearchResult {
  const started = performance.now();
  const nonce = engine.prepare(task)(task.from, task.count);
  return resultOf(task, { nonce, milliseconds: performance.now() - started });
}

/** What came of a task that found this nonce, or -1. */
export function resultOf(
  { from, count }: SearchTask,
  { nonce, milliseconds }: { nonce: number; milliseconds: number },
): SearchResult {
  return {
    nonce,
    hashes: nonce < 0 ? count : nonce - from + 1,
    milliseconds,
  };
}

/** Other tasks of this thread wait so long: giving way takes a tenth of it. */
const TURN_MS = 4;

/** Searches on this thread, and gives way to other tasks now and then. */
export function createThreadSearcher(engine: Engine): Searcher {
  let turnMs = 0;
  return {
    engine: engine.name,
    threads: 1,
    taskMs: 8,
    async search(task) {
      const result = runTask(engine, task);
      turnMs += result.milliseconds;
      if (turnMs >= TURN_MS) {
        turnMs = 0;
        await giveWay();
      }
      return result;
    },
  };
}
