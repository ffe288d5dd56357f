import { assertEquals } from "@std/assert";
import { linesByFile, sumOf } from "./coverage.ts";

function record(path: string, found: number, hit: number): string {
  return `SF:${path}\nFN:4,f\nFNF:1\nDA:1,7\nLF:${found}\nLH:${hit}\nend_of_record\n`;
}

Deno.test("lines are counted by file, without tests, what they share and other folders", () => {
  const lcov = [
    record("/project/core/a.ts", 10, 9),
    record("/project/server/api/b.tsx", 30, 0),
    record("/project/core/a_test.ts", 99, 99),
    record("/project/server/testing/c.ts", 99, 99),
    record("/elsewhere/core/d.ts", 99, 99),
  ].join("");
  const files = linesByFile(lcov, "/project/");
  assertEquals(Object.fromEntries(files), {
    "core/a.ts": { found: 10, hit: 9 },
    "server/api/b.tsx": { found: 30, hit: 0 },
  });
  assertEquals(sumOf(files.values()), { found: 40, hit: 9 });
});
