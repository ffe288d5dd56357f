/** Trials as Markdown and charts. Pure. */

import type { Chart, ChartAxis } from "../chart.ts";
import { formatNumber, percentile } from "../load/statistics.ts";
import { formatHashRate } from "../tune/quantities.ts";
import { AFTER_SECONDS, ATTACK_SECONDS } from "./cases.ts";
import type { TrialResult, World } from "./trial.ts";
import {
  MAX_LOAD,
  MIN_SUCCESS,
  RECOVERED_WITHIN_SECONDS,
  SETTLED_AFTER_SECONDS,
  type Verdict,
} from "./verdict.ts";

/** Seconds before an attack that charts show. */
const SHOWN_BEFORE = 20;
/** Honest waits are shown for so many seconds together. */
const WINDOW_SECONDS = 5;

/** What was assumed, in one paragraph. */
export function describeWorld(world: World): string {
  const devices = world.devices.map(({ name, hashesPerSecond, share }) =>
    `${name} ${formatHashRate(hashesPerSecond)} (${percent(share)})`
  );
  return `A node that serves ${formatNumber(world.postsPerSecond)} posts a ` +
    `second when it does nothing else; ${
      formatNumber(world.visitorsPerSecond)
    } honest visitors a second, each posting four times: ${
      devices.join(", ")
    }. An attacker with ` +
    `${formatHashRate(world.attackHashesPerSecond)} and ` +
    `${formatNumber(world.attackConnections)} connections from as many ` +
    `addresses, who knows the law. The attack lasts ${ATTACK_SECONDS} s. ` +
    `Simulated time, seed ${world.seed}.`;
}

/** What must hold, in one paragraph. */
export function describeAims(): string {
  return `A case holds when, from ${SETTLED_AFTER_SECONDS} s into the attack ` +
    `on, load is at most ${MAX_LOAD}, at least ${percent(MIN_SUCCESS)} of ` +
    `the honest posts are accepted within a minute, and ` +
    `${RECOVERED_WITHIN_SECONDS} s after the attack the price is back to ` +
    "within half a bit.";
}

/** One row a case. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const devices = verdicts[0]?.waits.map(({ device }) => device) ?? [];
  const header = [
    "case",
    "holds",
    "honest posts accepted",
    ...devices.map((device) => `${device}, p50 and p99, s`),
    "load, most",
    "thread busy",
    "pressure, most",
    "height, most",
    "attacker's posts a second",
    "price back after, s",
  ];
  return [
    header,
    header.map(() => "---"),
    ...verdicts.map((verdict) => [
      verdict.title,
      verdict.holds ? "yes" : "**no**",
      `${percent(verdict.success)} of ${formatNumber(verdict.wanted)}`,
      ...verdict.waits.map(({ p50, p99 }) =>
        `${formatNumber(p50)}, ${formatNumber(p99)}`
      ),
      verdict.maxLoad.toFixed(2) +
      (verdict.overloaded > 0
        ? ` (above ${MAX_LOAD} for ${percent(verdict.overloaded)} of the time)`
        : ""),
      percent(verdict.meanBusy),
      formatNumber(verdict.maxPressure),
      verdict.maxHeight.toFixed(2),
      formatNumber(verdict.attackPostsPerSecond),
      formatNumber(verdict.recoverySeconds),
    ]),
  ].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const TIME: ChartAxis = {
  name: "seconds since the attack began",
  from: -SHOWN_BEFORE,
  to: ATTACK_SECONDS + AFTER_SECONDS,
};

/** Charts of one case by the names of their files. */
export function chartsOf(
  { name, title, seconds, posts }: TrialResult,
): Record<string, Chart> {
  const shown = seconds.filter(({ second }) => second >= -SHOWN_BEFORE);
  const points = (value: (second: typeof shown[number]) => number) =>
    shown.map((at): [number, number] => [at.second, value(at)]);
  const devices = [...new Set(posts.map(({ device }) => device))].sort();
  return {
    [`${name}-load.svg`]: {
      title: `Load: ${title}`,
      x: TIME,
      y: { name: "share", from: 0, to: 1 },
      lines: [
        { name: "load, as the price has it", points: points((at) => at.load) },
        {
          name: "thread busy",
          points: points((at) => at.busy),
          isDashed: true,
        },
      ],
    },
    [`${name}-price.svg`]: {
      title: `Price: ${title}`,
      x: TIME,
      y: { name: "bits" },
      lines: [
        { name: "height", points: points((at) => at.height) },
        {
          name: "pressure, as bits",
          points: points((at) => Math.log2(at.pressure)),
          isDashed: true,
        },
      ],
    },
    [`${name}-wait.svg`]: {
      title: `Honest waits, median of ${WINDOW_SECONDS} s: ${title}`,
      x: TIME,
      y: { name: "seconds", scale: "log" },
      lines: devices.map((device) => ({
        name: device,
        points: medianWaits(posts.filter((post) => post.device === device)),
      })),
    },
  };
}

function medianWaits(posts: TrialResult["posts"]): [number, number][] {
  const windows = Map.groupBy(
    posts,
    ({ wantedAt }) => Math.floor(wantedAt / WINDOW_SECONDS) * WINDOW_SECONDS,
  );
  return [...windows]
    .filter(([from]) => from >= -SHOWN_BEFORE)
    .sort(([a], [b]) => a - b)
    .map(([from, some]) => [
      from,
      percentile(some.map(({ waitMs }) => waitMs / 1000), 0.5),
    ]);
}

function percent(share: number): string {
  const value = share * 100;
  return `${value === 100 ? 100 : value.toFixed(1)} %`;
}
