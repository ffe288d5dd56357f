/** What happens to the page around a room: it sleeps, is hidden for good, comes back. */

/** Who is told. */
export interface PageLifeListener {
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Every second; after a sleep of the device with how long it was, else 0. */
  onTick(sleptMs: number): void;
  /** The page is left, perhaps to come back. */
  onHide(): void;
  /** It has come back. */
  onShow(): void;
}

const TICK_MS = 1000;
/** A tick that comes later than this tells of a sleep: busy pages and tabs in the background stay below. */
const LATE_MS = 5000;

/** Watches until its signal is aborted. Elsewhere than in pages there are ticks only. */
export function watchPage(
  { signal, onTick, onHide, onShow }: PageLifeListener,
): void {
  let tickedAtMs = Date.now();
  const ticking = setInterval(() => {
    const passedMs = Date.now() - tickedAtMs;
    tickedAtMs += passedMs;
    onTick(passedMs > LATE_MS ? passedMs : 0);
  }, TICK_MS);
  signal.addEventListener("abort", () => clearInterval(ticking));
  globalThis.addEventListener?.("pagehide", onHide, { signal });
  globalThis.addEventListener?.("pageshow", (event) => {
    if ((event as PageTransitionEvent).persisted) onShow();
  }, { signal });
}
