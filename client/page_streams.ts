/** A browser's few connections to an http origin, shared by all tabs. */

/**
 * Browsers open six connections to an origin of plain HTTP, for all tabs
 * together: streams that took them all would leave none to post by.
 */
const MAX_STREAMS = 4;

/** How to take a place. */
export interface PlaceOptions {
  /** Undefined where there is no limit. */
  readonly locks: LockManager | undefined;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Told before waiting; throws when there is better to do. */
  readonly onBusy: () => void;
}

/** Takes one of the places for streams to an origin; resolves with what gives it back. */
export async function takePlace(
  origin: string,
  { locks, signal, onBusy }: PlaceOptions,
): Promise<() => void> {
  if (locks === undefined || origin.startsWith("https:")) return () => {};
  const names = Array.from(
    { length: MAX_STREAMS },
    (_, i) => `sigmesh stream ${origin} ${i}`,
  );
  for (const name of names) {
    const release = await request(locks, name, { ifAvailable: true });
    if (release !== undefined) return release;
  }
  onBusy();
  return await takeFirst(locks, names, signal);
}

/** Waits for all and takes the first. */
async function takeFirst(
  locks: LockManager,
  names: readonly string[],
  signal: AbortSignal,
): Promise<() => void> {
  const waiting = new AbortController();
  const giveUp = () => waiting.abort(signal.reason);
  if (signal.aborted) giveUp();
  signal.addEventListener("abort", giveUp);
  let taken: (() => void) | undefined;
  const requests = names.map(async (name) => {
    const release = await request(locks, name, { signal: waiting.signal });
    if (taken === undefined) taken = release;
    else release?.(); // granted at the same moment
  });
  try {
    await Promise.race(requests);
    return taken!;
  } finally {
    signal.removeEventListener("abort", giveUp);
    waiting.abort();
    await Promise.allSettled(requests);
  }
}

/** What releases the lock; undefined when it is not available. */
function request(
  locks: LockManager,
  name: string,
  options: LockOptions,
): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    locks.request(
      name,
      options,
      (lock) =>
        lock === null
          ? resolve(undefined)
          : new Promise<void>((release) => resolve(release)),
    ).catch(reject);
  });
}
