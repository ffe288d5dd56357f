import { assertEquals } from "@std/assert";
import { resultsWithoutCommand, staleFigures } from "./figures.ts";

const JOIN = "bench/results/join.md";
const RESULTS = new Map([
  [JOIN, "    deno task bench:join\n\n1,236 ms, ×3.17, 0.25; see load.json\n"],
  ["bench/results/load.json", '{ "p99": 12.5 }'],
]);

function stale(markdown: string): string[] {
  return staleFigures("docs/guide.md", markdown, RESULTS);
}

Deno.test("a figure that its result has is not stale, with or without commas", () => {
  const link = `[1236 ms, or 1,236, or 3.17 times](../${JOIN})`;
  assertEquals(stale(link), []);
  assertEquals(stale("[12.5 ms](../bench/results/load.json)"), []);
});

Deno.test("a figure that its result does not have is stale, be it a piece of one", () => {
  assertEquals(stale(`[3.1, 17,\nand 25](../${JOIN})`), [
    `3.1 is not in ${JOIN}`,
    `17 is not in ${JOIN}`,
    `25 is not in ${JOIN}`,
  ]);
});

Deno.test("a path as text, and a link elsewhere, tell no figures", () => {
  assertEquals(stale(`[results/2026](../${JOIN}) [7 of 9](api.md)`), []);
});

Deno.test("a result has a command, or a document that names it or is in its folder", () => {
  assertEquals(resultsWithoutCommand(RESULTS), []);
  const more = new Map([
    ...RESULTS,
    ["bench/results/bare.md", "3 ms"],
    ["bench/results/lone.json", "{}"],
    ["bench/results/tune/report.md", "deno task bench:tune"],
    ["bench/results/tune/wait.svg", ""],
  ]);
  assertEquals(resultsWithoutCommand(more), [
    "bench/results/bare.md",
    "bench/results/lone.json",
  ]);
});
