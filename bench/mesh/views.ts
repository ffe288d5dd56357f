/**
 * Whom each node knows, and since when: set, not found. A view misses a share
 * of all others for ever, hears of newcomers late, and of the dead later.
 */

import type {
  Member,
  MemberChange,
  Members,
} from "../../server/mesh/members/member.ts";
import {
  Homes,
  type Ranking,
  scoreOf,
  type Seed,
} from "../../server/mesh/links/homes.ts";
import { memberAt } from "../../server/testing/fixed_members.ts";
import type { Life } from "./population.ts";
import type { SimulatedTime } from "./simulated_time.ts";

/** Three probes without an answer: from two minutes after the death to seven, as the first one falls. */
const NOTICED_MS = { least: 120_000, most: 420_000 };

/** How views differ from the truth. */
export interface ViewSetting {
  /** Share of the others that a view never has. */
  readonly missing: number;
  /** Until a newcomer and the others have all heard of each other, from the first on. */
  readonly learningMs: number;
}

/** All views of a mesh: who knows whom follows from the pair and from the time, so that nothing is kept for each. */
export class Views {
  readonly #lives: readonly Life[];
  /** Those that come or go meanwhile. */
  readonly #passing: readonly Life[];
  readonly #time: SimulatedTime;
  readonly #setting: ViewSetting & { durationMs: number };
  readonly #members: readonly Member[];
  readonly #byOrigin: ReadonlyMap<string, Life>;
  /** Of all that ever live. */
  readonly #homes = new Homes();

  constructor(
    lives: readonly Life[],
    setting: ViewSetting & { time: SimulatedTime; durationMs: number },
  ) {
    this.#lives = lives;
    this.#passing = lives.filter(({ bornAtMs, diesAtMs }) =>
      bornAtMs > 0 || diesAtMs < setting.durationMs
    );
    this.#time = setting.time;
    this.#setting = setting;
    this.#members = lives.map(({ origin }) =>
      memberAt(origin, { key: origin })
    );
    for (const member of this.#members) this.#homes.add(member);
    this.#byOrigin = new Map(lives.map((life) => [life.origin, life]));
  }

  /** What a node knows. Its listeners are told of what changes from now on. */
  viewOf(viewer: Life): Members {
    const listeners = new Set<(change: MemberChange) => void>();
    this.#planChanges(viewer, (change) => {
      for (const listener of listeners) listener(change);
    });
    const known = () =>
      this.#members.filter((_, other) =>
        this.#knows(viewer, this.#lives[other]!)
      );
    return {
      get size() {
        return known().length;
      },
      all: known,
      find: (origin) => {
        const other = this.#byOrigin.get(origin);
        return other !== undefined && this.#knows(viewer, other)
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

  /** The homes that a node sees: by the one ranking of all nodes, without those that it does not know. */
  rankingOf(viewer: Life): Ranking {
    const isKnown = (origin: string) =>
      origin === viewer.origin ||
      this.#knows(viewer, this.#byOrigin.get(origin)!);
    return {
      add: () => {},
      delete: () => {},
      of: (room, isPassedOver) =>
        this.#homes.of(
          room,
          (origin) => !isKnown(origin) || isPassedOver?.(origin) === true,
        ),
      entrance: (candidate) => this.#homes.entrance(candidate),
    };
  }

  #planChanges(viewer: Life, tell: (change: MemberChange) => void): void {
    const { nowMs } = this.#time;
    const endMs = Math.min(viewer.diesAtMs, this.#setting.durationMs);
    const others = viewer.bornAtMs === 0 ? this.#passing : this.#lives;
    for (const other of others) {
      const member = this.#members[other.index]!;
      const { from, until } = this.#span(viewer, other);
      if (from >= until) continue;
      for (const [atMs, isMember] of [[from, true], [until, false]] as const) {
        if (atMs <= nowMs || atMs >= endMs) continue;
        this.#time.after(atMs - nowMs, () => tell({ member, isMember }));
      }
    }
  }

  #knows(viewer: Life, other: Life): boolean {
    const { from, until } = this.#span(viewer, other);
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
    return {
      from: Math.ceil(metMs + lateMs),
      until: Math.ceil(other.diesAtMs + noticedMs),
    };
  }
}

const NEVER = { from: Infinity, until: Infinity };

/** The same number for the same pair, 0 to 1. */
export function chanceOf(one: number, other: number, salt: number): number {
  const room: Seed = { high: one, low: salt };
  return scoreOf(room, { high: Math.imul(other, 0x9e3779b1), low: other }) /
    2 ** 53;
}
