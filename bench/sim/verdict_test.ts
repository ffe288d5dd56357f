import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { judge } from "./verdict.ts";
import type { Second, TrialResult } from "./trial.ts";

const quiet: Omit<Second, "second"> = {
  load: 0.1,
  busy: 0.1,
  pressure: 1,
  height: 17,
  attackAccepted: 0,
};

function trial(
  at: (second: number) => Partial<Second>,
  posts: TrialResult["posts"],
): TrialResult {
  const seconds = Array.from({ length: 300 }, (_, i) => {
    const second = i - 59;
    return { second, ...quiet, ...at(second) };
  });
  return { name: "x", title: "an attack", seconds, posts };
}

const post = (wantedAt: number, waitMs: number) => ({
  device: "phone",
  wantedAt,
  waitMs,
});

Deno.test("an attack that is priced out within 30 s holds, whatever was before", () => {
  const verdict = judge(trial(
    (second) => second > 0 && second <= 30 ? { load: 1, pressure: 4 } : {},
    [post(10, 500), post(20, 1500), post(200, Infinity)],
  ));
  assert(verdict.holds);
  assertEquals(verdict.maxLoad, 0.1);
  assertEquals(verdict.maxPressure, 4);
  assertEquals(verdict.success, 1);
  assertEquals(verdict.waits, [{ device: "phone", p50: 0.5, p99: 1.5 }]);
});

Deno.test("too much load, too few posts or a slow recovery do not", () => {
  const posts = [post(10, 500)];
  assert(judge(trial(() => ({}), posts)).holds);
  const loaded = judge(trial((s) => s === 31 ? { load: 0.96 } : {}, posts));
  assert(!loaded.holds);
  assertAlmostEquals(loaded.overloaded, 1 / 120);
  assert(!judge(trial(() => ({}), [...posts, post(5, Infinity)])).holds);
  const slow = (end: number) =>
    judge(trial((s) => s > 0 && s <= end ? { height: 22 } : {}, posts));
  assert(slow(209).holds);
  assertEquals(slow(209).recoverySeconds, 60);
  assert(!slow(210).holds);
  assert(!slow(1000).holds);
});
