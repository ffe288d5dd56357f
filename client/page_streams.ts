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
  /** Ends the waiting, with its reason. */
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
  let leave: (() => void) | undefined;
  const take = (place: number, options: LockOptions) =>
    new Promise<void>((resolve, reject) => {
      const name = `sigmesh stream ${origin} ${place}`;
      locks.request(name, options, (lock) => {
        resolve();
        // A second one is given back at once.
        if (lock === null || leave !== undefined) return;
        return new Promise<void>((release) => leave = release);
      }).catch(reject);
    });
  const places = Array.from({ length: MAX_STREAMS }, (_, place) => place);
  for (const place of places) {
    if (leave === undefined) await take(place, { ifAvailable: true });
  }
  if (leave === undefined) {
    onBusy();
    await Promise.race(places.map((place) => take(place, { signal })));
  }
  return leave!;
}
