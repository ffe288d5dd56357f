/** What the room's posts cost: each one, and together. */

import type { Cost, Room } from "../mod.ts";
import { element, make } from "./element.ts";
import { formatCount, formatCountOf, formatDuration } from "./quantities.ts";

/** Posts that are listed; the sums are of all. */
const MAX_ROWS = 20;

/** Sums over posts. */
export interface TotalCost {
  readonly posts: number;
  readonly hashes: number;
  readonly milliseconds: number;
}

/** A sum and one cost more. */
export function addCost(total: TotalCost, cost: Cost): TotalCost {
  return {
    posts: total.posts + 1,
    hashes: total.hashes + cost.hashes,
    milliseconds: total.milliseconds + cost.milliseconds,
  };
}

/** `4 posts: 210,000 hashes in 120 ms`. */
export function describeTotal(
  { posts, hashes, milliseconds }: TotalCost,
): string {
  return `${formatCountOf(posts, "post")}: ${formatCount(hashes)} hashes ` +
    `in ${formatDuration(milliseconds)}`;
}

/** Shows what the room pays, from now on. */
export function showCosts(room: Room): void {
  const total = element("cost-total");
  const table = element<HTMLTableElement>("cost-table");
  const rows = element<HTMLTableSectionElement>("cost-rows");
  let sum: TotalCost = { posts: 0, hashes: 0, milliseconds: 0 };
  rows.replaceChildren();
  table.hidden = true;
  total.textContent = "Nothing yet.";
  room.addEventListener("paid", ({ cost }) => {
    sum = addCost(sum, cost);
    total.textContent = `${describeTotal(sum)}.`;
    rows.prepend(rowOf(cost));
    table.hidden = false;
    if (rows.rows.length > MAX_ROWS) rows.deleteRow(-1);
  });
}

function rowOf(cost: Cost): HTMLTableRowElement {
  const row = make("tr");
  const cells = [
    cost.height.toFixed(2),
    formatDuration(cost.milliseconds),
    cost.engine,
    formatCount(cost.threads),
  ];
  row.append(...cells.map((textContent) => make("td", { textContent })));
  return row;
}
