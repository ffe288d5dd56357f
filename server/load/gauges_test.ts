import { assert } from "@std/assert";
import { readGauges } from "./gauges.ts";

Deno.test("readings of this machine are plausible and totals grow", () => {
  const before = readGauges();
  const started = performance.now();
  while (performance.now() - started < 50) { /* spend processor time */ }
  const after = readGauges();
  assert(after.threadMs > before.threadMs);
  assert(after.hostTotalMs >= before.hostTotalMs);
  assert(after.hostBusyMs <= after.hostTotalMs);
  assert(after.rssBytes > 1e7);
  assert(after.hostMemoryUsed > 0 && after.hostMemoryUsed < 1);
});
