import { assertEquals } from "@std/assert";
import { runStretch, type Stretch } from "./stretch.ts";

/** A kernel that hits in one step, counted from the first nonce of all. */
function kernel(hitStep: number) {
  const calls: number[] = [];
  const memory = new WebAssembly.Memory({ initial: 1 });
  const search = (firstNonce: number, steps: number) => {
    calls.push(steps);
    const before = hitStep - firstNonce / 4;
    return before >= 0 && before < steps ? steps - before : 0;
  };
  return { calls, exports: { memory, search } };
}

const stretch: Stretch = {
  constants: Int32Array.of(7, 8, 9),
  firstNonce: 0,
  lanes: 4,
  steps: 10_000,
  target: 0,
};

Deno.test("a stretch is tried in calls of 16,384 nonces, with its constants", () => {
  const { calls, exports } = kernel(-1);
  assertEquals(runStretch(exports, stretch), 0);
  assertEquals(calls, [4096, 4096, 10_000 - 2 * 4096]);
  const words = new Int32Array(exports.memory.buffer, 0, 3);
  assertEquals([...words], [7, 8, 9]);
});

Deno.test("at a hit the steps that are left are those of the whole stretch", () => {
  for (const step of [0, 4095, 4096, 9999]) {
    const { exports } = kernel(step);
    assertEquals(runStretch(exports, stretch), 10_000 - step);
  }
});
