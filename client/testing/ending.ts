/** Why a link or a channel ends, for tests that wait for it. */

/** The reason of a signal, once it is aborted. */
export function ending(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener("abort", () => resolve(signal.reason));
  });
}
