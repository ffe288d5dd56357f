/** Abort signals, in browsers that lack `AbortSignal.any`. */

/** Several signals as one, until it is released. */
export interface JoinedSignal {
  /** Aborted as soon as one of them is, with its reason. */
  readonly signal: AbortSignal;
  /** Stops listening to them: they may outlive many uses. */
  readonly release: () => void;
}

/** Joins signals; release what it returns. */
export function joinSignals(
  ...signals: readonly (AbortSignal | undefined)[]
): JoinedSignal {
  const joined = new AbortController();
  const listening = new AbortController();
  const release = () => listening.abort();
  for (const signal of signals) {
    if (signal === undefined) continue;
    const follow = () => {
      joined.abort(signal.reason);
      release();
    };
    if (signal.aborted) follow();
    else signal.addEventListener("abort", follow, listening);
  }
  return { signal: joined.signal, release };
}

/** The promise, or the signal's reason if that comes first. */
export function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
    promise.then(resolve, reject).finally(() =>
      signal.removeEventListener("abort", onAbort)
    );
  });
}
