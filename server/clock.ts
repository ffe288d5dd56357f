/** Time, as services see it. Tests bring their own. */
export interface Clock {
  /** Unix time in milliseconds. Never goes back. */
  now(): number;
  /** Runs a task again and again; the returned function ends that. */
  every(intervalMs: number, task: () => void): () => void;
}

/** The wall clock ahead of ours by more than this has been set, or the machine has slept. */
const JUMP_MS = 1000;

/**
 * The machine's clock, as it was at the start and has run since: set back, it
 * would make tokens look forged and intervals endless; set forward, it is
 * followed.
 */
export function createSystemClock(
  wall: () => number = Date.now,
  running: () => number = () => performance.now(),
): Clock {
  let offset = wall() - running();
  return {
    now() {
      const ahead = wall() - (offset + running());
      if (ahead > JUMP_MS) offset += ahead;
      return Math.floor(offset + running());
    },
    every(intervalMs, task) {
      const timer = setInterval(task, intervalMs);
      return () => clearInterval(timer);
    },
  };
}
