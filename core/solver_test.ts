import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Engine } from "./engine.ts";
import { createHashWasmEngine } from "./engine_hash_wasm.ts";
import { sha256 } from "./hasher.ts";
import { measureHashRate, type Solution, solve } from "./solver.ts";
import { verify } from "./verify.ts";
import type { SolveProgress } from "./search.ts";

Deno.test("what is solved verifies, from height 0 to 15 and a fraction", async () => {
  for (const height of [-1, 0, 2.5, 3, 5, 11.00390625, 15]) {
    const challenge = sha256(`height ${height}`);
    const solution = await solve(challenge, height);
    assertEquals(verify(challenge, solution.nonces, height), { ok: true });
    assertEquals(solution.engine, "wasm-simd");
    assert(solution.hashes >= 8);
  }
});

Deno.test("a top-up mines only the puzzles above the new target", async () => {
  const challenge = sha256("topped up");
  const first = await solve(challenge, 12);
  const same = await solve(challenge, 12, { previous: first.nonces });
  assertEquals(same.hashes, 0);
  assertEquals(same.nonces, first.nonces);

  const higher = await solve(challenge, 13, { previous: first.nonces });
  assertEquals(verify(challenge, higher.nonces, 13), { ok: true });
  const kept = puzzlesKept(first, higher);
  assert(kept > 0 && kept < 8, `kept ${kept} of 8`);
});

function puzzlesKept(before: Solution, after: Solution): number {
  const puzzle = (solution: Solution, i: number) =>
    solution.nonces.subarray(i * 6, i * 6 + 6).toHex();
  return [...Array(8).keys()].filter((i) =>
    puzzle(before, i) === puzzle(after, i)
  ).length;
}

Deno.test("an abort ends the search with its reason", async () => {
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const solving = solve(sha256("hopeless"), 60, {
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  assertEquals(await assertRejects(() => solving), reason);
  const early = solve(sha256("hopeless"), 60, {
    signal: AbortSignal.abort(reason),
  });
  assertEquals(await assertRejects(() => early), reason);
});

Deno.test("progress counts up to the work done", async () => {
  const seen: SolveProgress[] = [];
  const { hashes } = await solve(sha256("progress"), 20, {
    onProgress: (progress) => seen.push(progress),
  });
  const counts = seen.map((progress) => progress.hashes);
  assertEquals(counts, counts.toSorted((a, b) => a - b));
  assertEquals(counts.at(-1), hashes);
  assertEquals(seen[0]!.expected, 2 ** 20);
  assert(seen.every((progress) => progress.hashesPerSecond > 0));
});

Deno.test("other tasks run while a search goes on", async () => {
  const controller = new AbortController();
  let turns = 0;
  const timer = setInterval(() => {
    if (++turns === 3) controller.abort();
  }, 1);
  await assertRejects(() =>
    solve(sha256("long"), 60, { signal: controller.signal })
  );
  clearInterval(timer);
  assertEquals(turns, 3);
});

Deno.test("the engine can be chosen", async () => {
  const inner = await createHashWasmEngine();
  const engine: Engine = { name: "chosen", prepare: (p) => inner.prepare(p) };
  assertEquals((await solve(sha256("x"), 4, { engine })).engine, "chosen");
  const rate = await measureHashRate({ engine, durationMs: 20 });
  assertEquals(rate.engine, "chosen");
  assert(rate.hashesPerSecond > 1000);
});

Deno.test("a measurement can be aborted", async () => {
  const reason = new Error("enough");
  const measuring = measureHashRate({ signal: AbortSignal.abort(reason) });
  assertEquals(await assertRejects(() => measuring), reason);
});

Deno.test("wrong lengths and heights are the caller's mistake", async () => {
  await assertRejects(() => solve(new Uint8Array(31), 4), RangeError);
  await assertRejects(() => solve(sha256("x"), NaN), RangeError);
  const previous = new Uint8Array(8);
  await assertRejects(() => solve(sha256("x"), 4, { previous }), RangeError);
});
