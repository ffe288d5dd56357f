import { assert } from "@std/assert";
import { fuzz } from "../testing/fuzz/fuzz.ts";

Deno.test("a node stands three seconds of random fire, and gives back what that took", async () => {
  const summary = await fuzz({ seconds: 3, seed: 1 });
  assert(summary.conversations > 100);
  assert(summary.honestPosts > 2);
});
