import { assertStringIncludes } from "@std/assert";
import { formatJoinReport } from "./report.ts";

Deno.test("meetings are compared with PeerJS, round by round", () => {
  const result = (server: string, round: number, ms: number) => ({
    server,
    round,
    figures: { "Both join": { ms } },
  });
  const text = formatJoinReport({
    version: 1,
    kind: "join-time",
    date: "2026-01-01T00:00:00.000Z",
    machine: "a machine",
    servers: [
      { name: "sigmesh", description: "ours" },
      { name: "PeerJS", description: "theirs" },
    ],
    skipped: ["other: install it"],
    failures: ["round 1, PeerJS: why"],
    results: [
      result("sigmesh", 0, 100),
      result("PeerJS", 0, 200),
      result("sigmesh", 1, 300),
    ],
  });
  assertStringIncludes(text, "| sigmesh | 200 [100..300], ×0.50 |");
  assertStringIncludes(text, "Not measured: other: install it");
  assertStringIncludes(text, "Not measured: round 1, PeerJS: why");
});
