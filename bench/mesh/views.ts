/**
 * Whom each node knows, and since when: set, not found. A view misses a share
 * of all others for ever, hears of newcomers late, and of the dead later.
 */

import type { RoomHash } from "@sigmesh/core/wire";
import type { Member, Members } from "../../server/mesh/members/member.ts";
import { scoreOf, type Seed, seedOf } from "../../server/mesh/links/homes.ts";
import { memberAt } from "../../server/testing/fixed_members.ts";
import type { Life } from "./population.ts";
import type { SimulatedTime } from "./simulated_time.ts";

/** Of a room's ranking so many can become its homes: that all but two are unknown or dead does not happen. */
const RANKED = 48;
/** Three probes without an answer: from two minutes after the death to seven, as the first one falls. */
const NOTICED_MS = { least: 120_000, most: 420_000 };

/** How views differ from the truth. */
export interface ViewSetting {
  /** Share of the others that a view never has. */
  readonly missing: number;
  /** Until a newcomer and the others have all heard of each other, from the first on. */
  readonly learningMs: number;
}

/** All views of a mesh. */
export class Views {
  readonly #lives: readonly Life[];
  readonly #time: SimulatedTime;
  readonly #setting: ViewSetting;
  readonly #members: Member[];
  readonly #byOrigin: ReadonlyMap<string, Life>;
  readonly #relevant: number[][];

  constructor(
    lives: readonly Life[],
    setting: ViewSetting & { time: SimulatedTime },
  ) {
    this.#lives = lives;
    this.#time = setting.time;
    this.#setting = setting;
    this.#members = lives.map(({ origin }) =>
      memberAt(origin, { key: origin })
    );
    this.#byOrigin = new Map(lives.map((life) => [life.origin, life]));
    this.#relevant = relevantOf(lives);
  }

  /** What a node knows. Its listeners are told of what matters to its rooms, from now on. */
  viewOf(viewer: Life): Members {
    const listeners = new Set<() => void>();
    const relevant = this.#relevant[viewer.index]!;
    const tell = () => {
      for (const listener of listeners) listener();
    };
    for (const other of relevant) {
      const { from, until } = this.#span(viewer, this.#lives[other]!);
      for (const atMs of [from, until]) {
        const isAhead = atMs > this.#time.nowMs && atMs < viewer.diesAtMs;
        if (isAhead && from < until) {
          this.#time.after(atMs - this.#time.nowMs, tell);
        }
      }
    }
    const known = () => relevant.filter((other) => this.#knows(viewer, other));
    return {
      get size() {
        return known().length;
      },
      all: () => known().map((other) => this.#members[other]!),
      find: (origin) => {
        const other = this.#byOrigin.get(origin);
        return other !== undefined && this.#knows(viewer, other.index)
          ? this.#members[other.index]
          : undefined;
      },
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      hear: () => {},
    };
  }

  #knows(viewer: Life, other: number): boolean {
    const { from, until } = this.#span(viewer, this.#lives[other]!);
    const { nowMs } = this.#time;
    return from <= nowMs && nowMs < until;
  }

  #span(viewer: Life, other: Life): { from: number; until: number } {
    const { missing, learningMs } = this.#setting;
    const pair = [viewer.index, other.index] as const;
    if (viewer === other || chanceOf(...pair, 1) < missing) return NEVER;
    const { least, most } = NOTICED_MS;
    const metMs = Math.max(viewer.bornAtMs, other.bornAtMs);
    const lateMs = metMs === 0 ? 0 : chanceOf(...pair, 2) * learningMs;
    const noticedMs = least + chanceOf(...pair, 3) * (most - least);
    return { from: metMs + lateMs, until: other.diesAtMs + noticedMs };
  }
}

const NEVER = { from: Infinity, until: Infinity };

/** The same number for the same pair, 0 to 1. */
export function chanceOf(one: number, other: number, salt: number): number {
  const room: Seed = { high: one, low: salt };
  return scoreOf(room, { high: Math.imul(other, 0x9e3779b1), low: other }) /
    2 ** 53;
}

/**
 * For each node those that may be homes of a room which it may have to do with.
 * The rest of its view changes nothing, and would cost memory by the square.
 */
function relevantOf(lives: readonly Life[]): number[][] {
  const relevant = lives.map(() => new Set<number>());
  const seeds = lives.map(({ origin }) => seedOf(origin));
  const users = new Map<RoomHash, number[]>();
  for (const { index, rooms } of lives) {
    for (const room of rooms) {
      const those = users.get(room) ?? [];
      users.set(room, those);
      those.push(index);
    }
  }
  for (const [room, those] of users) {
    const homes = rank(seedOf(room), seeds);
    for (const node of [...those, ...homes]) {
      for (const home of homes) relevant[node]!.add(home);
    }
  }
  return relevant.map((some) => [...some]);
}

function rank(room: Seed, seeds: readonly Seed[]): number[] {
  const scores = seeds.map((seed) => scoreOf(room, seed));
  if (scores.length <= RANKED) return [...scores.keys()];
  const least = Float64Array.from(scores).sort().at(-RANKED)!;
  return [...scores.keys()].filter((node) => scores[node]! >= least);
}
