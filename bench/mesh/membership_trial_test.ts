import { assert } from "@std/assert";
import { runMembership } from "./membership_trial.ts";

Deno.test("nodes that know one find all, hear of a newcomer, and forget those that have crashed", async () => {
  const { minutes } = await runMembership({
    ...{ nodes: 12, minutes: 22, seed: 1 },
    newcomerAtMs: 5 * 60_000 + 1000,
    crashAtMs: 10 * 60_000 + 1000,
  });
  const at = (minute: number) => minutes[minute - 1]!;
  assert(at(5).known === 1, `${at(5).known}`);
  assert(at(10).newcomerKnows === 1 && at(10).newcomerKnown === 1);
  assert(at(11).dead > 0.2, "they are not forgotten at once");
  assert(at(22).dead === 0, `${at(22).dead}`);
  assert(at(22).known === 1);
});

Deno.test("of a larger mesh some are watched: they find those that are not, and forget those that have crashed", async () => {
  const { minutes } = await runMembership({
    ...{ nodes: 60, watched: 10, minutes: 20, seed: 1 },
    newcomerAtMs: 5 * 60_000 + 1000,
    crashAtMs: 8 * 60_000 + 1000,
  });
  const at = (minute: number) => minutes[minute - 1]!;
  assert(at(5).known === 1, `${at(5).known}`);
  assert(at(8).newcomerKnows === 1 && at(8).newcomerKnown === 1);
  assert(at(9).dead > 0.3 && at(20).dead === 0);
});
