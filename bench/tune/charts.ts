/** What a result means from rest to full load, drawn. */

import { heightOf, MAX_PRESSURE } from "@sigmesh/core";
import type { Chart, ChartAxis, ChartLine } from "../chart.ts";
import { postsBought } from "./attackers.ts";
import { REST, type Strain, UTMOST, workAt } from "./price_points.ts";
import { formatNumber } from "../load/statistics.ts";
import { shortNumber, shortSeconds } from "./quantities.ts";
import { timesMeanAt } from "./solve_tail.ts";
import type { Tuning } from "./tuning.ts";

const SAMPLES = 100;
const LOAD: ChartAxis = { name: "load", from: 0, to: 1 };
/** A place in the palette that is black. */
const BLACK = 4;

/** Charts by the names of their files. */
export function chartsOf(tuning: Tuning): Record<string, Chart> {
  return {
    "height.svg": heightChart(tuning),
    "wait.svg": waitChart(tuning),
    "attackers.svg": attackersChart(tuning),
  };
}

function heightChart({ wished: { curve } }: Tuning): Chart {
  const heights = (pressure: number) =>
    overLoad((load) => heightOf(workAt({ load, pressure }, curve)));
  return {
    title: "Height of a post over load",
    x: LOAD,
    y: {
      name: "height, bits",
      from: Math.floor(heightOf(workAt(REST, curve))),
      to: Math.ceil(heightOf(workAt(UTMOST, curve))),
    },
    lines: [
      { name: "without pressure", points: heights(1), color: 0 },
      {
        name: `pressure ${MAX_PRESSURE}, the most there is`,
        points: heights(MAX_PRESSURE),
        color: 0,
        isDashed: true,
      },
    ],
  };
}

function waitChart({ wished: { curve }, devices }: Tuning): Chart {
  const [p50, p99] = [timesMeanAt(0.5), timesMeanAt(0.99)];
  return {
    title: "Wait for a post over load",
    x: LOAD,
    y: { name: "wait", scale: "log", format: shortSeconds },
    lines: devices.flatMap(({ name, hashesPerSecond }, color) => {
      const waits = (timesMean: number) =>
        overLoad((load) =>
          workAt({ load, pressure: 1 }, curve) / hashesPerSecond * timesMean
        );
      return [
        { name: `${name}, p50`, points: waits(p50), color },
        { name: `${name}, p99`, points: waits(p99), color, isDashed: true },
      ];
    }),
  };
}

function attackersChart({ wished: { curve }, node, attackers }: Tuning): Chart {
  const bought = (hashesPerSecond: number) =>
    overLoad((load) => {
      const strain: Strain = { load, pressure: 1 };
      return postsBought(hashesPerSecond, { strain, curve });
    });
  const sustained = node.postsPerSecond;
  return {
    title: "Posts that attackers can buy over load, without pressure",
    x: LOAD,
    y: { name: "posts a second", scale: "log", format: shortNumber },
    lines: [
      ...attackers.map(({ name, hashesPerSecond }, i) => ({
        name,
        points: bought(hashesPerSecond),
        color: i < BLACK ? i : i + 1,
      })),
      {
        name: `what the node sustains, ${formatNumber(sustained)}`,
        points: overLoad(() => sustained),
        color: BLACK,
        isDashed: true,
      },
    ],
  };
}

function overLoad(valueAt: (load: number) => number): ChartLine["points"] {
  return Array.from({ length: SAMPLES + 1 }, (_, i) => {
    const load = i / SAMPLES;
    return [load, valueAt(load)] as const;
  });
}
