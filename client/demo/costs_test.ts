import { assertEquals } from "@std/assert";
import { addCost, describeTotal } from "./costs.ts";

Deno.test("costs add up", () => {
  const cost = {
    height: 16,
    hashes: 70_000,
    milliseconds: 40,
    engine: "wasm-simd",
    threads: 2,
  };
  const none = { posts: 0, hashes: 0, milliseconds: 0 };
  const one = addCost(none, cost);
  assertEquals(describeTotal(one), "1 post: 70,000 hashes in 40 ms");
  assertEquals(
    describeTotal(addCost(one, { ...cost, milliseconds: 1000 })),
    "2 posts: 140,000 hashes in 1.0 s",
  );
});
