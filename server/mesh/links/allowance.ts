/** How much somebody may do: so much a second, and so much at once. */

/** Rates of {@linkcode Allowance}. */
export interface AllowanceRate {
  readonly perSecond: number;
  /** What may be taken at once when nothing was for long. */
  readonly burst: number;
}

/** Fills with time, is emptied by use; holds no timer. */
export class Allowance {
  readonly #rate: AllowanceRate;
  #left: number;
  #at = 0;

  constructor(rate: AllowanceRate) {
    this.#rate = rate;
    this.#left = rate.burst;
  }

  /** Whether there is something left at `now`, milliseconds. */
  has(now: number): boolean {
    const { perSecond, burst } = this.#rate;
    if (now > this.#at) {
      const seconds = (now - this.#at) / 1000;
      this.#left = Math.min(burst, this.#left + seconds * perSecond);
      this.#at = now;
    }
    return this.#left >= 1;
  }

  /** Takes one, if there is one. */
  take(now: number): boolean {
    if (!this.has(now)) return false;
    this.#left--;
    return true;
  }
}

/** One allowance for each of many; at `most` the one used longest ago is forgotten, which fills it. */
export class Allowances {
  readonly #rate: AllowanceRate;
  readonly #most: number;
  readonly #byName = new Map<string, Allowance>();

  constructor({ most, ...rate }: AllowanceRate & { most: number }) {
    this.#rate = rate;
    this.#most = most;
  }

  has(name: string, now: number): boolean {
    return this.#byName.get(name)?.has(now) ?? true;
  }

  take(name: string, now: number): boolean {
    const allowance = this.#byName.get(name) ?? new Allowance(this.#rate);
    this.#byName.delete(name);
    this.#byName.set(name, allowance);
    if (this.#byName.size > this.#most) {
      this.#byName.delete(this.#byName.keys().next().value!);
    }
    return allowance.take(now);
  }
}
