/** Tells the log, in one line every 10 s, how many streams were refused or dropped. */

import type { Clock } from "./clock.ts";
import type { Traffic } from "./rooms/traffic.ts";

const EVERY_MS = 10_000;

/** Starts; the returned function ends it. Seconds in which nothing was lost make no line. */
export function reportLosses({ clock, traffic, tell }: {
  clock: Clock;
  traffic: Traffic;
  tell: (losses: string) => void;
}): () => void {
  let before = lossesOf(traffic);
  return clock.every(EVERY_MS, () => {
    const now = lossesOf(traffic);
    const grown = now.map(([what, count], at) =>
      [count - before[at]![1], what] as const
    ).filter(([count]) => count > 0);
    before = now;
    if (grown.length === 0) return;
    tell(grown.map(([count, what]) => `${count} ${what}`).join(", "));
  });
}

function lossesOf({ refused, ended }: Traffic): [string, number][] {
  return [
    ...Object.entries(refused).map(([reason, count]): [string, number] => [
      `refused (${reason})`,
      count,
    ]),
    ["dropped (queue-full)", ended["queue-full"]],
    ["dropped (stalled)", ended.stalled],
  ];
}
