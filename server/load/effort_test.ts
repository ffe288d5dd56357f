import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Effort } from "./effort.ts";

Deno.test("time divides as what was done weighs, the node's upkeep on the paid side", () => {
  const effort = new Effort();
  effort.addPaid(8000);
  effort.addUnpaid(20_000);
  effort.addUnpaid(20_000);
  assertAlmostEquals(effort.takeUnpaidShare(1), 40_000 / 50_000);
});

Deno.test("each reading starts afresh, and an idle node has no unpaid share", () => {
  const effort = new Effort();
  effort.addUnpaid(1e9);
  effort.takeUnpaidShare(1);
  assertEquals(effort.takeUnpaidShare(1), 0);
});
