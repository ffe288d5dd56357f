/** Time, as services see it. Tests bring their own. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Runs a task again and again; the returned function ends that. */
  every(intervalMs: number, task: () => void): () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  every(intervalMs, task) {
    const timer = setInterval(task, intervalMs);
    return () => clearInterval(timer);
  },
};
