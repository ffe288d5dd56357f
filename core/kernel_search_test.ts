import { assert, assertEquals } from "@std/assert";
import { targetOf } from "./height.ts";
import { searchByKernel } from "./kernel_search.ts";
import type { Stretch } from "./stretch.ts";

const nothing = targetOf(65);
const task = {
  challenge: new Uint8Array(32),
  index: 2,
  target: nothing,
  from: 0,
  count: 1000,
};

function stretchOf(step: IteratorResult<Stretch, number>): Stretch {
  assert(!step.done);
  return step.value;
}

Deno.test("after a false hit the search goes on behind it", () => {
  const search = searchByKernel(task, 4);
  const first = stretchOf(search.next());
  assertEquals([first.firstNonce, first.steps], [0, 250]);
  const second = stretchOf(search.next(100)); // a hit in step 150, with 100 left
  assertEquals([second.firstNonce, second.steps], [151 * 4, 99]);
  assertEquals(search.next(0), { done: true, value: -1 });
});

Deno.test("a hit is the first nonce of its step that solves", () => {
  const search = searchByKernel({ ...task, target: targetOf(0) }, 4);
  assertEquals(search.next().done, false);
  assertEquals(search.next(250), { done: true, value: 0 });
});

Deno.test("a stretch ends where the high half of the nonce changes, and is of whole steps", () => {
  const from = 2 ** 33 - 10;
  const search = searchByKernel({ ...task, from, count: 21 }, 4);
  const before = stretchOf(search.next());
  assertEquals([before.firstNonce, before.steps], [2 ** 32 - 10, 2]);
  const behind = stretchOf(search.next(0));
  assertEquals([behind.firstNonce, behind.steps], [0, 2]);
  assertEquals(before.constants.length, behind.constants.length);
  assertEquals(search.next(0), { done: true, value: -1 }); // 2 and 3 were hashed
});

Deno.test("what is less than a step needs no kernel", () => {
  assertEquals(searchByKernel({ ...task, count: 3 }, 4).next().done, true);
});
