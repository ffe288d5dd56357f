import { assert, assertEquals } from "@std/assert";
import { SERVER_LIMITS } from "../limits.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { UnpaidBudget, type UnpaidKind } from "./unpaid_budget.ts";

function createBudget(
  { perAddress = 10, perNode = 1000, saturation = 0 } = {},
) {
  const clock = new FakeClock();
  const state = { saturation };
  const budget = new UnpaidBudget({
    clock,
    perAddress,
    perNode,
    saturation: () => state.saturation,
  });
  /** How many of `tries` are served. */
  const serve = (
    tries: number,
    blocks: string | string[],
    kind: UnpaidKind = "stream",
  ) => {
    let served = 0;
    for (let i = 0; i < tries; i++) {
      const refusal = budget.take([blocks].flat(), { kind });
      if (refusal === undefined) served++;
    }
    return served;
  };
  return { clock, state, budget, serve };
}

Deno.test("an address has ten seconds' worth at once, then its rate", () => {
  const { clock, serve, budget } = createBudget({ perNode: 1e6 });
  assertEquals(serve(1000, "192.0.2.1"), 100);
  budget.retake(["192.0.2.1"], { kind: "stream" });
  assertEquals(budget.refused, { "too-many-requests": 900, "too-busy": 0 });
  assertEquals(
    budget.take(["192.0.2.1"], { kind: "stream" }),
    "too-many-requests",
  );
  assertEquals(serve(1000, "192.0.2.2"), 100);
  clock.advance(99);
  assertEquals(serve(10, "192.0.2.1"), 0);
  clock.advance(1);
  assertEquals(serve(10, "192.0.2.1"), 1);
  clock.advance(3_600_000);
  assertEquals(serve(1000, "192.0.2.1"), 100);
});

Deno.test("a /48 has as much as four of its /64s, however many ask", () => {
  const { serve } = createBudget({ perNode: 100_000 });
  let served = 0;
  for (let i = 0; i < 100; i++) {
    served += serve(100, [`2001:db8:0:${i}::/64`, "2001:db8::/48"]);
  }
  assertEquals(served, 400);
});

Deno.test("pages are shed first, then facts, then streams", () => {
  const { serve } = createBudget({ perNode: 1000 });
  const byOneEach = (kind: UnpaidKind) => {
    let served = 0;
    for (let i = 0; i < 2000; i++) served += serve(1, `${kind} ${i}`, kind);
    return served;
  };
  assertEquals(byOneEach("page"), 1500);
  assertEquals(byOneEach("fact"), 750);
  assertEquals(byOneEach("stream"), 750);
});

Deno.test("when the node runs short, who asked for little is served beside a thousand who ask for much", () => {
  const { clock, serve } = createBudget();
  let honest = 0;
  for (let second = 0; second < 60; second++) {
    for (let tenth = 0; tenth < 10; tenth++) {
      for (let i = 0; i < 1000; i++) serve(5, `flooder ${i}`);
      clock.advance(100);
    }
    honest += serve(1, "honest");
  }
  assert(honest >= 58, `${honest} of 60`);
});

Deno.test("an idle node gives twice as much for free, a saturated one a tenth", () => {
  for (const [saturation, given] of [[0.49, 2000], [0.5, 1000], [0.91, 100]]) {
    const { clock, state, budget, serve } = createBudget();
    for (let i = 0; i < 4000; i++) serve(1, `${i}`);
    state.saturation = saturation!;
    clock.advance(1000);
    let served = 0;
    for (let i = 0; i < 4000; i++) served += serve(1, `other ${i}`);
    assertEquals(served, given, `${saturation}`);
    assertEquals(budget.left, 0);
    clock.advance(1000);
    assertEquals(budget.left, given! / 3000);
  }
});

Deno.test("what was served all the same is taken afterwards, and forgiven beyond a burst", () => {
  const { clock, budget, serve } = createBudget();
  const served = Array.from({ length: 1000 }, () => budget.charge(["a"]));
  assertEquals(served.filter((isWithin) => isWithin).length, 100);
  clock.advance(10_000);
  assertEquals(serve(1, "a"), 0);
  clock.advance(200);
  assertEquals(serve(10, "a"), 2);
});

Deno.test("addresses are forgotten at the bound, the one heard of longest ago first", () => {
  const { serve } = createBudget({ perNode: 1e9 });
  serve(100, "first");
  serve(100, "second");
  for (let i = 2; i < SERVER_LIMITS.budgetedAddresses; i++) serve(1, `${i}`);
  assertEquals(serve(1, "second"), 0);
  serve(1, "one more");
  assertEquals(serve(1, "first"), 1);
  assertEquals(serve(1, "second"), 0);
});
