import { assertStringIncludes } from "@std/assert";
import { formatReport, type RoundResult } from "./report.ts";

const TITLE = "Posts";

function result(server: string, round: number, rate: number): RoundResult {
  const figures = { [TITLE]: { "posts/s": rate, "server CPU %": 99.5 } };
  return { server, round, figures };
}

Deno.test("a report shows medians, spreads and ratios, and what is missing", () => {
  const text = formatReport({
    version: 1,
    kind: "room-load",
    date: "2026-01-01T00:00:00.000Z",
    machine: "a machine",
    servers: [
      { name: "sigmesh", description: "ours" },
      { name: "signalhub", description: "theirs" },
      { name: "nchan", description: "failed" },
    ],
    skipped: ["other: install it"],
    failures: ["round 1, nchan: why"],
    results: [
      result("sigmesh", 0, 200),
      result("signalhub", 0, 100),
      { server: "nchan", round: 0, figures: {} },
      result("sigmesh", 1, 900),
      result("signalhub", 1, 300),
    ],
  });
  assertStringIncludes(
    text,
    `### ${TITLE}\n\n| server | posts/s | server CPU % |`,
  );
  assertStringIncludes(text, "| sigmesh | 550 [200..900], ×2.50 | 99.5 |");
  assertStringIncludes(text, "| nchan | - | - |");
  assertStringIncludes(text, "Not measured: other: install it");
  assertStringIncludes(text, "Not measured: round 1, nchan: why");
});
