import { assertEquals, assertStringIncludes } from "@std/assert";
import { chartsOf, verdictTable } from "./report.ts";
import type { TrialResult } from "./trial.ts";
import { judge } from "./verdict.ts";

const trial: TrialResult = {
  name: "flood",
  title: "a flood",
  seconds: Array.from({ length: 240 }, (_, i) => ({
    second: i - 29,
    load: 0.25,
    busy: 0.5,
    pressure: 2,
    height: 18.5,
    attackAccepted: 7,
  })),
  posts: [
    { device: "phone", wantedAt: 1, waitMs: 1000 },
    { device: "phone", wantedAt: 2, waitMs: 3000 },
    { device: "desk", wantedAt: 8, waitMs: Infinity },
  ],
};

Deno.test("a case is a row that says whether it holds and why", () => {
  const row = verdictTable([judge(trial)]).split("\n")[2]!;
  assertStringIncludes(row, "| a flood | **no** | 66.7 % of 3.00 |");
  assertStringIncludes(
    row,
    "| 1.00, 3.00 | 0.25 | 50.0 % | 2.00 | 18.50 | 7.00 | 1.00 |",
  );
});

Deno.test("charts begin shortly before the attack and show median waits", () => {
  const charts = chartsOf(trial);
  assertEquals(Object.keys(charts), [
    "flood-load.svg",
    "flood-price.svg",
    "flood-wait.svg",
  ]);
  const [load] = charts["flood-load.svg"]!.lines;
  assertEquals(load!.points[0], [-20, 0.25]);
  const [desk, phone] = charts["flood-wait.svg"]!.lines;
  assertEquals(desk, { name: "desk", points: [[5, Infinity]] });
  assertEquals(phone, { name: "phone", points: [[0, 1]] });
});
