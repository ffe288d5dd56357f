/** What may be nodes, and waits to be probed. */

import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import { Hourly } from "./hourly.ts";
import type { HostHint } from "./member.ts";
import type { CandidatesLost } from "./probe_totals.ts";

/** An origin that somebody named, or an address where the DHT says that something is. */
export type Candidate = NamedCandidate | { readonly hint: HostHint };

/** The former. */
export interface NamedCandidate {
  readonly origin: string;
  /** Block of the address from which somebody came who says to be that node. */
  readonly visitor?: string;
}

/** Out of order: who can name many must not come before all others. */
export class Candidates {
  readonly #waiting: Candidate[] = [];
  readonly #names = new Set<string>();
  readonly #sources: Hourly;
  readonly #random: () => number;
  readonly #most: number;
  readonly #lost: CandidatesLost;

  constructor({ clock, random, most = SERVER_LIMITS.candidates, lost }: {
    clock: Clock;
    random: () => number;
    most?: number;
    /** Counted here. */
    lost: CandidatesLost;
  }) {
    this.#lost = lost;
    this.#sources = new Hourly({ clock });
    this.#random = random;
    this.#most = most;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /**
   * Takes one, unless its source has named `allowance` in this hour. At the bound
   * another one, by chance, gives way.
   */
  add(
    candidate: Candidate,
    { source, allowance }: { source: string; allowance: number },
  ): void {
    const name = nameOf(candidate);
    if (this.#names.has(name)) return;
    if (!this.#sources.take(source, allowance)) return void this.#lost.source++;
    if (this.#waiting.length >= this.#most) {
      this.take();
      this.#lost.displaced++;
    }
    this.#waiting.push(candidate);
    this.#names.add(name);
  }

  /** One of them, by chance. */
  take(): Candidate | undefined {
    const last = this.#waiting.length - 1;
    if (last < 0) return undefined;
    const at = Math.floor(this.#random() * (last + 1));
    const taken = this.#waiting[at]!;
    this.#waiting[at] = this.#waiting[last]!;
    this.#waiting.pop();
    this.#names.delete(nameOf(taken));
    return taken;
  }
}

function nameOf(candidate: Candidate): string {
  return "origin" in candidate
    ? candidate.origin
    : `${candidate.hint.host} ${candidate.hint.port}`;
}
