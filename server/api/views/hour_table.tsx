/** The last hour in numbers, for those to whom a curve says nothing. */

import type { VNode } from "preact";
import type { LoadPoint } from "../../load/load_history.ts";
import { formatCount, formatShare } from "./quantities.ts";

const ROW_SECONDS = 300;

/** Takes the oldest point first. */
export function HourTable({ points }: { points: readonly LoadPoint[] }): VNode {
  return (
    <table>
      <caption>One row for five minutes, the latest first</caption>
      <thead>
        <tr>
          <th scope="col">Minutes ago</th>
          <th scope="col">Price, bits</th>
          <th scope="col">CPU</th>
          <th scope="col">Memory</th>
          <th scope="col">Streams</th>
        </tr>
      </thead>
      <tbody>
        {rowsOf(points).map(({ minutesAgo, point }) => (
          <tr key={minutesAgo}>
            <td>{minutesAgo}</td>
            <td>{point.height.toFixed(2)}</td>
            <td>{formatShare(point.cpu)}</td>
            <td>{formatShare(point.memory)}</td>
            <td>{formatCount(point.streams)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The latest point of each five minutes, the latest first. */
function rowsOf(points: readonly LoadPoint[]) {
  const rows = new Map<number, LoadPoint>();
  for (const point of points.toReversed()) {
    const row = Math.round(point.ageSeconds / ROW_SECONDS);
    if (!rows.has(row)) rows.set(row, point);
  }
  return [...rows].map(([row, point]) => ({
    minutesAgo: row * ROW_SECONDS / 60,
    point,
  }));
}
