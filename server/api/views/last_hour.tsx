/** Price, load and streams: now, as charts, and as a table. */

import { heightOf } from "@sigmesh/core";
import type { VNode } from "preact";
import { HISTORY_SECONDS, type LoadPoint } from "../../load/load_history.ts";
import { Chart, type Sample } from "./chart.tsx";
import { HourTable } from "./hour_table.tsx";
import {
  formatCount,
  formatCountOf,
  formatHeight,
  formatRatio,
  formatShare,
  formatWork,
} from "./quantities.ts";

/** What is shown. */
export interface LastHourProps {
  /** The oldest first. */
  readonly points: readonly LoadPoint[];
  /** How it is now. */
  readonly now: LoadPoint;
  /** Hashes at rest. */
  readonly idleWork: number;
  readonly maxStreams: number;
  readonly rooms: number;
}

/** Three meters and their table. */
export function LastHour(props: LastHourProps): VNode {
  const points = [...props.points, props.now];
  return (
    <>
      <div class="meters">
        <PriceMeter {...props} points={points} />
        <LoadMeter {...props} points={points} />
        <StreamMeter {...props} points={points} />
      </div>
      <details>
        <summary>The last hour as a table</summary>
        <HourTable points={points} />
      </details>
    </>
  );
}

function PriceMeter({ points, now, idleWork }: LastHourProps): VNode {
  const heights = samplesOf(points, ({ height }) => height);
  const ratio = 2 ** now.height / idleWork;
  const low = Math.floor(Math.min(heightOf(idleWork), leastOf(heights)));
  const high = Math.max(low + 1, Math.ceil(mostOf(heights)));
  return (
    <section class="meter">
      <h3>Price of a post</h3>
      <p class="reading">
        {now.height.toFixed(2)} <small>bits</small>
      </p>
      <p class="quiet">
        {formatWork(now.height)},{" "}
        {ratio < 1.05
          ? "the idle price"
          : `${formatRatio(ratio)} the idle price`}
      </p>
      <Chart
        id="price"
        title="Price of a post in the last hour"
        description={describe(heights, formatHeight)}
        spanSeconds={HISTORY_SECONDS}
        low={{ value: low, label: `${low}` }}
        high={{ value: high, label: `${high}` }}
        first={heights}
      />
    </section>
  );
}

function LoadMeter({ points, now }: LastHourProps): VNode {
  const cpu = samplesOf(points, ({ cpu }) => cpu);
  const memory = samplesOf(points, ({ memory }) => memory);
  return (
    <section class="meter">
      <h3>Load</h3>
      <p class="reading">{formatShare(Math.max(now.cpu, now.memory))}</p>
      <p class="quiet">
        <span class="key">processor {formatShare(now.cpu)}</span>{" "}
        <span class="key dashed">memory {formatShare(now.memory)}</span>
      </p>
      <Chart
        id="load"
        title="Load in the last hour"
        description={`Processor: ${describe(cpu, formatShare)} ` +
          `Memory: ${describe(memory, formatShare)}`}
        spanSeconds={HISTORY_SECONDS}
        low={{ value: 0, label: "0" }}
        high={{ value: 1, label: "100 %" }}
        first={cpu}
        second={memory}
      />
    </section>
  );
}

function StreamMeter(
  { points, now, maxStreams, rooms }: LastHourProps,
): VNode {
  const streams = samplesOf(points, ({ streams }) => streams);
  const high = roundNumberAbove(mostOf(streams));
  return (
    <section class="meter">
      <h3>Open streams</h3>
      <p class="reading">{formatCount(now.streams)}</p>
      <p class="quiet">
        of {formatCount(maxStreams)}; {formatCountOf(rooms, "active room")}
      </p>
      <Chart
        id="streams"
        title="Open streams in the last hour"
        description={describe(streams, formatCount)}
        spanSeconds={HISTORY_SECONDS}
        low={{ value: 0, label: "0" }}
        high={{ value: high, label: formatCount(high) }}
        first={streams}
      />
    </section>
  );
}

function samplesOf(
  points: readonly LoadPoint[],
  valueOf: (point: LoadPoint) => number,
): Sample[] {
  return points.map((point) => ({
    ageSeconds: point.ageSeconds,
    value: valueOf(point),
  }));
}

function describe(
  samples: readonly Sample[],
  format: (value: number) => string,
): string {
  return `lowest ${format(leastOf(samples))}, ` +
    `highest ${format(mostOf(samples))}, ` +
    `now ${format(samples.at(-1)!.value)}.`;
}

function leastOf(samples: readonly Sample[]): number {
  return Math.min(...samples.map(({ value }) => value));
}

function mostOf(samples: readonly Sample[]): number {
  return Math.max(...samples.map(({ value }) => value));
}

/** 10, 20, 50, 100 … : the first that is not below. */
function roundNumberAbove(value: number): number {
  for (let decade = 10;; decade *= 10) {
    for (const number of [decade, 2 * decade, 5 * decade]) {
      if (number >= value) return number;
    }
  }
}
