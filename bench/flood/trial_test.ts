/** One short flood of a node as an operator starts it. */

import { assert, assertEquals } from "@std/assert";
import { libcMissing } from "../load/libc.ts";
import { FLOODS } from "./floods.ts";
import { formatFloods } from "./report.ts";
import { runTrial } from "./trial.ts";

Deno.test({
  name:
    "a flood is answered and counted, and payers post before, during, after",
  ignore: libcMissing() !== undefined,
  async fn() {
    const flood = FLOODS.find(({ name }) => name === "home")!;
    const trial = await runTrial(flood, {
      nodeProcessor: 0,
      flooderProcessor: 0,
      quietSeconds: 2,
      floodSeconds: 2,
      isAlone: true,
      nodeArguments: [],
    });
    const { counts, phases } = trial;
    assert(counts.sent > 64);
    assert(Object.keys(counts.answered).length > 0);
    for (const phase of Object.values(phases)) {
      assert(phase.otherAddress.latenciesMs.length > 0);
      assert(phase.heights.every((bits) => bits >= 16 && bits <= 26));
      assert(phase.mostRssBytes > 1e7);
    }
    assertEquals(phases.before.sameAddress.failures, {});
    const report = formatFloods({
      version: 1,
      kind: "flood",
      date: "2026-01-01T00:00:00.000Z",
      machine: "a machine",
      quietSeconds: 2,
      floodSeconds: 2,
      isAlone: true,
      trials: [trial],
    });
    assertEquals(report.match(/^\| GET \/, one address \|/gm)?.length, 2);
  },
});
