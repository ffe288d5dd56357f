import { assertEquals } from "@std/assert";
import { Deliveries } from "./deliveries.ts";

const everybody = () => true;

Deno.test("a post counts for those who are alive a minute later, and is lost to those it has not reached", () => {
  const deliveries = new Deliveries();
  deliveries.post(7, { from: 1, atMs: 1000, wanted: [2, 3, 4] });
  deliveries.carried(7, { from: 1, to: 9 });
  deliveries.carried(7, { from: 9, to: 2 });
  deliveries.carried(7, { from: 9, to: 3 });
  deliveries.delivered(7, { to: 2, atMs: 3500 });
  deliveries.settle(7, (node) => node !== 4);
  const { wanted, reached, losses, late, longestMs, byHops } = deliveries;
  assertEquals(deliveries.lastMissedAtMs, 1000);
  assertEquals({ wanted, reached, late }, { wanted: 2, reached: 1, late: 1 });
  assertEquals(longestMs, 2500);
  assertEquals(byHops[2], 1);
  assertEquals(losses, [{
    from: 1,
    to: 3,
    atMs: 1000,
    hasCome: true,
    spread: 4,
  }]);
});

Deno.test("what comes twice or after its minute counts once or not at all", () => {
  const deliveries = new Deliveries();
  deliveries.post(1, { from: 1, atMs: 0, wanted: [2] });
  for (const atMs of [10, 20]) deliveries.delivered(1, { to: 2, atMs });
  deliveries.settle(1, everybody);
  deliveries.delivered(1, { to: 2, atMs: 70_000 });
  assertEquals([deliveries.wanted, deliveries.reached], [1, 1]);
  assertEquals(deliveries.longestMs, 10);
});
