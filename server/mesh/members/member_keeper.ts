/** Keeps the members over a restart: rarely written, believed for a week. */

import type { Clock } from "../../clock.ts";
import type { MemberStore } from "./member_store.ts";
import type { KnownMember, MemberTable } from "./member_table.ts";

const SAVE_MS = 300_000;
/** What was kept longer is no news. */
const STALE_MS = 7 * 86_400_000;

/** Between a table and where it is kept. */
export class MemberKeeper {
  readonly #table: MemberTable;
  readonly #store: MemberStore | null;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  #isChanged = false;
  #savedAtMs = 0;

  constructor({ table, store, clock, warn }: {
    table: MemberTable;
    /** Null for a node that keeps nothing. */
    store: MemberStore | null;
    clock: Clock;
    warn: (message: string) => void;
  }) {
    this.#table = table;
    this.#store = store;
    this.#clock = clock;
    this.#warn = warn;
    table.onChange(() => this.noteChange());
  }

  /** There is something to be kept. */
  noteChange(): void {
    this.#isChanged = true;
  }

  /**
   * Puts what was kept into the table, and gives what it put. They are members
   * at once, so that homes are the same as before, and are probed first.
   */
  async restore(): Promise<readonly KnownMember[]> {
    const saved = await this.#store?.load() ?? [];
    const nowMs = this.#clock.now();
    const restored = saved.filter(({ origin, seenAtMs }) =>
      seenAtMs > nowMs - STALE_MS && this.#table.find(origin) === undefined
    ).map(({ origin, ...kept }) => {
      const seenAtMs = Math.min(kept.seenAtMs, nowMs);
      const sighting = { ...kept, seenAtMs, clockOffsetMs: 0 };
      return this.#table.add(origin, { sighting, nowMs });
    }).filter((member) => member !== undefined);
    this.#isChanged = false;
    return restored;
  }

  /** Writes what has changed, unless it was written lately. */
  async saveIfDue(): Promise<void> {
    if (this.#clock.now() - this.#savedAtMs >= SAVE_MS) await this.save();
  }

  /** Writes what has changed. */
  async save(): Promise<void> {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    this.#savedAtMs = this.#clock.now();
    try {
      await this.#store?.save(this.#table.all());
    } catch (error) {
      this.#isChanged = true; // to be tried again
      const { message } = error as Error;
      this.#warn(
        `The nodes known cannot be kept: ${message}. After a restart they ` +
          "have to be found again.",
      );
    }
  }
}
