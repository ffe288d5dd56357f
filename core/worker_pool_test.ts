import { assert, assertEquals, assertRejects } from "@std/assert";
import { sha256 } from "./hasher.ts";
import { targetOf } from "./height.ts";
import { measureHashRate, solve } from "./solver.ts";
import { verify } from "./verify.ts";
import { defaultThreads, WorkerPool } from "./worker_pool.ts";

async function withPool(
  size: number,
  run: (pool: WorkerPool) => Promise<void>,
): Promise<void> {
  const pool = await WorkerPool.start(size);
  try {
    await run(pool);
  } finally {
    pool.close();
  }
}

const endless = {
  challenge: new Uint8Array(32),
  index: 0,
  target: targetOf(65),
  from: 0,
  count: 20_000,
};

Deno.test("a pool solves what verifies, and the pool can be used again", async () => {
  await withPool(2, async (pool) => {
    assertEquals([pool.threads, pool.engine, pool.skipped], [
      2,
      "wasm-simd",
      [],
    ]);
    for (const height of [0, 5.5, 14, 20]) {
      const challenge = sha256(`pool ${height}`);
      const solution = await solve(challenge, height, { workers: pool });
      assertEquals(verify(challenge, solution.nonces, height), { ok: true });
      assertEquals([solution.threads, solution.notices], [2, []]);
      assert(solution.hashes >= 8);
    }
  });
});

Deno.test("several solves share a pool", async () => {
  await withPool(2, async (pool) => {
    const challenges = [1, 2, 3, 4].map((i) => sha256(`shared ${i}`));
    const solutions = await Promise.all(
      challenges.map((challenge) => solve(challenge, 17, { workers: pool })),
    );
    challenges.forEach((challenge, i) =>
      assert(verify(challenge, solutions[i]!.nonces, 17).ok)
    );
  });
});

Deno.test("a number of workers is started for one call, and ended with it", async () => {
  const challenge = sha256("on their own");
  const { nonces, threads } = await solve(challenge, 16, { workers: 2 });
  assert(verify(challenge, nonces, 16).ok);
  assertEquals(threads, 2);
  const rate = await measureHashRate({ workers: 2, durationMs: 50 });
  assertEquals(rate.threads, 2);
});

Deno.test("an abort ends a search in workers at once", async () => {
  await withPool(2, async (pool) => {
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const solving = solve(sha256("hopeless"), 60, {
      workers: pool,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    assertEquals(await assertRejects(() => solving), reason);
    await solve(sha256("still good"), 12, { workers: pool });
  });
});

Deno.test("idle threads help with the last puzzle", async () => {
  await withPool(2, async (pool) => {
    const challenge = sha256("the last one");
    const { nonces } = await solve(challenge, 19, { workers: pool });
    // Seven puzzles hold; the eighth is left to both threads.
    const previous = nonces.slice();
    previous.fill(0xff, 42);
    const atOnce: number[] = [];
    let running = 0;
    const watched = Object.create(pool, {
      threads: { value: 2 },
      search: {
        value: async (task: typeof endless) => {
          atOnce.push(++running);
          try {
            return await pool.search(task);
          } finally {
            running--;
          }
        },
      },
    }) as WorkerPool;
    const again = await solve(challenge, 19, { workers: watched, previous });
    assert(verify(challenge, again.nonces, 19).ok);
    assertEquals(Math.max(...atOnce), 2);
  });
});

Deno.test("a pool that is closed fails its tasks, and takes no more", async () => {
  const pool = await WorkerPool.start(1);
  const tasks = [pool.search(endless), pool.search(endless)];
  pool.close();
  pool.close();
  for (const task of tasks) await assertRejects(() => task, Error, "closed");
  await assertRejects(() => pool.search(endless), Error, "closed");
  assert(pool.isClosed);
});

Deno.test("a runtime without workers searches on, and says so", async () => {
  const { Worker } = globalThis;
  Reflect.deleteProperty(globalThis, "Worker");
  try {
    const challenge = sha256("alone");
    const solution = await solve(challenge, 12, { workers: 2 });
    assert(verify(challenge, solution.nonces, 12).ok);
    assertEquals(solution.threads, 1);
    assertEquals(solution.notices, ["This runtime has no workers"]);
  } finally {
    Object.assign(globalThis, { Worker });
  }
});

Deno.test("an abort while workers start ends the search before it begins", async () => {
  for (const workers of [0, 1]) {
    const controller = new AbortController();
    const { signal } = controller;
    const solving = solve(sha256("hopeless"), 60, { workers, signal });
    const measuring = measureHashRate({ workers, signal, durationMs: 1e9 });
    controller.abort(new Error("at once"));
    await Promise.all(
      [solving, measuring].map((promise) =>
        assertRejects(() => promise as Promise<unknown>, Error, "at once")
      ),
    );
  }
});

Deno.test("a pool of no workers is the caller's mistake", async () => {
  for (const size of [0, -1, 1.5, NaN]) {
    await assertRejects(() => WorkerPool.start(size), RangeError);
  }
});

Deno.test("there is always a thread", () => {
  assert(defaultThreads() >= 1);
});
