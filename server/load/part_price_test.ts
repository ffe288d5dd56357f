import { assertEquals } from "@std/assert";
import { FakeClock } from "../testing/fake_clock.ts";
import { PartPrice } from "./part_price.ts";

/** A part that costs 1 when it is empty, and 10 when it is full. */
function partOf() {
  const clock = new FakeClock();
  const state = { load: 0 };
  const price = new PartPrice({
    clock,
    price: {
      workAt: (load) => 1 + 9 * load,
    },
    load: () => state.load,
  });
  price.start();
  return { clock, state, price };
}

Deno.test("an empty part costs the least", () => {
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

Deno.test("a closed price stands still", () => {
  const { clock, state, price } = partOf();
  price.close();
  state.load = 1;
  clock.advance(60_000);
  assertEquals(price.quoted, 1);
});
