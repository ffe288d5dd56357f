import { assertEquals } from "@std/assert";
import { FakeClock } from "../testing/fake_clock.ts";
import { PartPrice } from "./part_price.ts";

/** A part of a node whose price is 1, 10 times that for a full part. */
function partOf() {
  const clock = new FakeClock();
  const state = { load: 0, nodePrice: 1 };
  const price = new PartPrice({
    clock,
    price: {
      factorAt: (load) => Math.max(1, (1 + 9 * load) / state.nodePrice),
    },
    load: () => state.load,
  });
  price.start();
  return { clock, state, price };
}

Deno.test("a part that is no fuller than the node costs what the node costs", () => {
  const { price } = partOf();
  assertEquals([price.quoted, price.owed], [1, 1]);
});

Deno.test("a part that fills up is dearer for those quoted next, and ten seconds later for all", () => {
  const { clock, state, price } = partOf();
  clock.advance(30_000);
  state.load = 1;
  assertEquals(price.quoted, 1);
  clock.advance(1000);
  assertEquals([price.quoted, price.owed], [10, 1]);
  clock.advance(9000);
  assertEquals([price.quoted, price.owed], [10, 1]);
  clock.advance(1000);
  assertEquals([price.quoted, price.owed], [10, 10]);
});

Deno.test("a part that empties is cheaper at once", () => {
  const { clock, state, price } = partOf();
  state.load = 1;
  clock.advance(60_000);
  state.load = 0;
  clock.advance(1000);
  assertEquals([price.quoted, price.owed], [1, 1]);
});

Deno.test("what was quoted while the node was dear is enough when it is cheap again", () => {
  const { clock, state, price } = partOf();
  state.load = 1;
  state.nodePrice = 10;
  clock.advance(60_000);
  assertEquals([price.quoted, price.owed], [1, 1]);
  state.nodePrice = 1; // a token quoted before still says 10
  clock.advance(10_000);
  assertEquals([price.quoted, price.owed], [10, 1]);
  clock.advance(1000);
  assertEquals(price.owed, 10);
});

Deno.test("a closed price stands still", () => {
  const { clock, state, price } = partOf();
  price.close();
  state.load = 1;
  clock.advance(60_000);
  assertEquals(price.quoted, 1);
});
