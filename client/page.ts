/** What a channel knows of the page that it is in. */

/** The page, worker or process around a channel; tests bring their own. */
export interface Page {
  /** As `location.origin`; undefined outside of browsers. */
  readonly origin: string | undefined;
  /** Where `online` and `pageshow` arrive. */
  readonly events: Partial<Pick<EventTarget, "addEventListener">>;
  /** Locks that all tabs share; undefined where there are none or none are needed. */
  readonly locks: LockManager | undefined;
  /** Unix time in milliseconds; never goes back. */
  now(): number;
  /** Runs a task again and again; the returned function ends that. */
  every(intervalMs: number, task: () => void): () => void;
  /** 0 to 1, exclusive. */
  random(): number;
}

let ahead = -Infinity;

/** The real one. */
export const thisPage: Page = {
  origin: globalThis.location?.origin,
  events: globalThis,
  // Deno has locks too, but no limit of connections that would need them.
  locks: globalThis.location && globalThis.navigator?.locks,
  now() {
    // Some clocks that never go back stand still while the machine sleeps.
    ahead = Math.max(ahead, Date.now() - performance.now());
    return performance.now() + ahead;
  },
  every(intervalMs, task) {
    const timer = setInterval(task, intervalMs);
    return () => clearInterval(timer);
  },
  random: Math.random,
};

/** How often to look whether the machine has slept. */
const TICK_MS = 5000;
const SLEPT_MS = 10_000;

/** What is told when a page can work again. */
export interface ReturnListener {
  /** Connections from before are most likely dead. */
  onReturn(): void;
  /** Timers stood still: look at the clock. */
  onSlept(): void;
}

/** Watches for the page's return; the returned function ends that. */
export function watchForReturn(
  page: Page,
  { onReturn, onSlept }: ReturnListener,
): () => void {
  const listening = new AbortController();
  page.events.addEventListener?.("online", onReturn, listening); // Node.js has none
  page.events.addEventListener?.("pageshow", (event) => {
    if ((event as PageTransitionEvent).persisted) onReturn();
  }, listening);
  let tickedAt = page.now();
  const stopTicking = page.every(TICK_MS, () => {
    const gapMs = page.now() - tickedAt;
    tickedAt += gapMs;
    if (gapMs > SLEPT_MS) onSlept();
  });
  return () => {
    stopTicking();
    listening.abort();
  };
}

/** Whether a page may dial a node: browsers refuse http to pages of https (mixed content). */
export function mayDial({ origin }: Page, node: string): boolean {
  if (!origin?.startsWith("https:") || node.startsWith("https:")) return true;
  const { hostname } = new URL(node);
  return /^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1\]$/.test(hostname);
}
