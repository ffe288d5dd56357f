/** What a trial shows, and whether the node held what it should hold. Pure. */

import { percentile } from "../load/statistics.ts";
import { ATTACK_SECONDS } from "./cases.ts";
import type { Second, TrialResult } from "./trial.ts";

/** After so long an attack must have been priced out. */
export const SETTLED_AFTER_SECONDS = 30;
/** The node serves as long as load stays below. */
export const MAX_LOAD = 0.95;
export const MIN_SUCCESS = 0.99;
export const RECOVERED_WITHIN_SECONDS = 60;
/** Recovered: the price is back to within so many bits. */
const BACK_BITS = 0.5;

/** Waits of one kind of device for posts wanted during the attack, in seconds. */
export interface Waits {
  readonly device: string;
  readonly p50: number;
  readonly p99: number;
}

/** A case in numbers. All but `recoverySeconds` are of the attack's time. */
export interface Verdict {
  readonly name: string;
  readonly title: string;
  /** Posts wanted by honest visitors, and the share of them that was accepted. */
  readonly wanted: number;
  readonly success: number;
  readonly waits: readonly Waits[];
  /** Once the attack should have been priced out: … */
  readonly meanBusy: number;
  readonly maxLoad: number;
  /** … share of seconds in which load was too high. */
  readonly overloaded: number;
  readonly maxPressure: number;
  readonly maxHeight: number;
  readonly attackPostsPerSecond: number;
  /** From the attack's end until the price is back; NaN if it never was. */
  readonly recoverySeconds: number;
  readonly holds: boolean;
}

/** Judges a trial. */
export function judge({ name, title, seconds, posts }: TrialResult): Verdict {
  const isAttacked = ({ second }: Second) =>
    second > 0 && second <= ATTACK_SECONDS;
  const attack = seconds.filter(isAttacked);
  const settled = attack.filter(({ second }) => second > SETTLED_AFTER_SECONDS);
  const wanted = posts.filter(({ wantedAt }) =>
    wantedAt >= 0 && wantedAt < ATTACK_SECONDS
  );
  const done = wanted.filter(({ waitMs }) => waitMs < Infinity);
  const numbers = {
    wanted: wanted.length,
    success: done.length / wanted.length,
    waits: [...new Set(done.map(({ device }) => device))].sort().map(
      (device) => {
        const waits = done.filter((post) => post.device === device)
          .map(({ waitMs }) => waitMs / 1000);
        return {
          device,
          p50: percentile(waits, 0.5),
          p99: percentile(waits, 0.99),
        };
      },
    ),
    meanBusy: mean(settled.map(({ busy }) => busy)),
    maxLoad: most(settled.map(({ load }) => load)),
    overloaded: mean(settled.map(({ load }) => load > MAX_LOAD ? 1 : 0)),
    maxPressure: most(attack.map(({ pressure }) => pressure)),
    maxHeight: most(attack.map(({ height }) => height)),
    attackPostsPerSecond: mean(settled.map((at) => at.attackAccepted)),
    recoverySeconds: recoveryOf(seconds),
  };
  const holds = numbers.maxLoad <= MAX_LOAD && numbers.success >= MIN_SUCCESS &&
    numbers.recoverySeconds <= RECOVERED_WITHIN_SECONDS;
  return { name, title, ...numbers, holds };
}

function recoveryOf(seconds: readonly Second[]): number {
  const quiet = seconds.filter(({ second }) => second > -30 && second <= 0);
  const before = most(quiet.map(({ height }) => height));
  const back = seconds.find(({ second, height }) =>
    second > ATTACK_SECONDS && height <= before + BACK_BITS
  );
  return (back?.second ?? NaN) - ATTACK_SECONDS;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function most(values: readonly number[]): number {
  return Math.max(...values);
}
