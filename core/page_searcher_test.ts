import { assert, assertEquals } from "@std/assert";
import { targetOf } from "./height.ts";
import { PageSearcher } from "./page_searcher.ts";
import { defaultThreads } from "./worker_pool.ts";

const task = {
  challenge: new Uint8Array(32),
  index: 0,
  target: targetOf(65),
  from: 0,
  count: 1000,
};

Deno.test("this thread searches until workers have started", async () => {
  const searcher = await PageSearcher.open();
  const atFirst = searcher.taskMs;
  assertEquals((await searcher.search(task)).hashes, 1000);
  await searcher.settle();
  assertEquals([searcher.engine, searcher.notices], ["wasm-simd", []]);
  assert(searcher.taskMs > atFirst);
  assertEquals((await searcher.search(task)).hashes, 1000);
  assertEquals(searcher.threads, defaultThreads());

  assertEquals(searcher.isClosed, false);
  searcher.close();
  assert(searcher.isClosed);
});

Deno.test("without workers this thread searches on, and says why", async () => {
  const { Worker } = globalThis;
  Reflect.deleteProperty(globalThis, "Worker");
  try {
    const searcher = await PageSearcher.open();
    await searcher.settle();
    assertEquals((await searcher.search(task)).nonce, -1);
    assertEquals(searcher.notices, ["This runtime has no workers"]);
    assertEquals([searcher.threads, searcher.isClosed], [1, false]);
    searcher.close();
  } finally {
    Object.assign(globalThis, { Worker });
  }
});
