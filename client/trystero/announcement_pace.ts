/**
 * How often to announce oneself: each time costs work. Trystero repeats the
 * first announcement within 2.1 s, for relays that lose messages; nodes lose
 * none. It repeats it for ever, for pairs that could not connect; that is done
 * less and less often here, and more often again after a peer was lost.
 */

/** Repetitions within this are left out. */
const REPETITION_MS = 3000;
const FIRST_INTERVAL_MS = 30_000;
const MAX_INTERVAL_MS = 300_000;
/** A call that comes after so much of the interval is the one that was asked for. */
const ON_TIME = 0.9;

/** What Trystero is told after an announcement. */
export type NextAnnouncement =
  | { readonly nextAnnounceMs: number }
  /** Another chain of announcements goes on. */
  | { readonly stopAnnouncing: true };

/** Of one room. */
export class AnnouncementPace {
  readonly #nowMs: () => number;
  #announcedAt = -Infinity;
  #intervalMs = FIRST_INTERVAL_MS;
  #isAnnouncing = false;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Announces, unless that has just been done. Rejects as `announce` does. */
  async keep(announce: () => Promise<void>): Promise<NextAnnouncement> {
    if (this.#isAnnouncing) return { stopAnnouncing: true };
    const ageMs = this.#nowMs() - this.#announcedAt;
    if (ageMs < REPETITION_MS) {
      return { nextAnnounceMs: this.#intervalMs - ageMs };
    }
    this.#isAnnouncing = true;
    try {
      await announce();
    } finally {
      this.#isAnnouncing = false;
    }
    this.#adapt(ageMs);
    this.#announcedAt = this.#nowMs();
    return { nextAnnounceMs: this.#intervalMs };
  }

  /** A call before its time means that a peer was lost. */
  #adapt(ageMs: number): void {
    const isOnTime = ageMs !== Infinity && ageMs >= this.#intervalMs * ON_TIME;
    this.#intervalMs = isOnTime
      ? Math.min(this.#intervalMs * 2, MAX_INTERVAL_MS)
      : FIRST_INTERVAL_MS;
  }
}
