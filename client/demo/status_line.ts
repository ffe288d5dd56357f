/** The sentence that says what is going on, and the work that is being done. */

import type { SolveProgress } from "@sigmesh/core";
import type { Room } from "../mod.ts";
import { announce, element } from "./element.ts";
import { describeSituation, type Situation } from "./situation.ts";

/** Changes that follow each other faster are one for whoever has them read out. */
const PACE_MS = 500;

/** Shows a room's situation, until `signal` is aborted. */
export class StatusLine {
  readonly #line = element("state");
  readonly #work = element("work");
  readonly #share = element<HTMLProgressElement>("work-share");
  readonly #workText = element("work-text");
  #latest: Situation | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(room: Room, signal: AbortSignal) {
    signal.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      this.#work.hidden = true;
    });
    room.addEventListener("mining", ({ progress }) => this.#mine(progress), {
      signal,
    });
    for (const type of ["paid", "error"] as const) {
      room.addEventListener(type, () => this.#work.hidden = true, { signal });
    }
  }

  /** At once, or when the sentence before has stood for a moment. */
  show(situation: Situation): void {
    this.#latest = situation;
    if (this.#timer !== undefined) return;
    this.#render();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#render();
    }, PACE_MS);
  }

  #render(): void {
    const { mood, text } = describeSituation(this.#latest!);
    this.#line.className = `status lead ${mood}`;
    announce(this.#line, text);
  }

  /** Seen, not read out: it changes many times a second. */
  #mine({ hashes, expected, hashesPerSecond }: SolveProgress): void {
    const share = hashes / Math.max(1, expected);
    this.#work.hidden = false;
    this.#share.value = Math.min(1, share);
    this.#workText.textContent = `${Math.round(share * 100)} % of the ` +
      `average work, ${(hashesPerSecond / 1e6).toFixed(1)} MH/s`;
  }
}
