import { assert, assertStringIncludes } from "@std/assert";
import { formatTurnReport } from "./report.ts";

function result(server: string, title: string, value: number) {
  return { server, round: 0, figures: { [title]: { "packets/s": value } } };
}

Deno.test("relays are compared with coturn, placements with the node's thread", () => {
  const text = formatTurnReport({
    version: 1,
    kind: "turn-load",
    date: "2026-01-01T00:00:00.000Z",
    machine: "a machine",
    servers: [
      { name: "sigmesh", description: "ours" },
      { name: "coturn", description: "theirs" },
    ],
    skipped: ["node-turn: install it"],
    failures: ["round 1, coturn: why"],
    results: [
      result("sigmesh", "Relaying", 50),
      result("coturn", "Relaying", 200),
    ],
    besideHttp: [
      result("TURN in a worker", "GET /", 3),
      result("TURN on the node's thread", "GET /", 2),
    ],
  });
  assertStringIncludes(text, "| sigmesh | 50.0 [50.0..50.0], ×0.25 |");
  assertStringIncludes(text, "| TURN in a worker | 3.00 [3.00..3.00], ×1.50 |");
  assertStringIncludes(text, "Not measured: node-turn: install it");
  assertStringIncludes(text, "Not measured: round 1, coturn: why");
  assert(!/Relaying\n[^#]*worker/.test(text));
});
