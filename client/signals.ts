/** Abort signals, in browsers that lack `AbortSignal.any`. */

/** A signal that is aborted as soon as one of these is, with its reason. */
export function joinSignals(
  ...signals: readonly (AbortSignal | undefined)[]
): AbortSignal {
  const joined = new AbortController();
  for (const signal of signals) {
    if (signal === undefined) continue;
    if (signal.aborted) joined.abort(signal.reason);
    signal.addEventListener("abort", () => joined.abort(signal.reason), {
      signal: joined.signal,
    });
  }
  return joined.signal;
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
