import { assertEquals } from "@std/assert";
import { createJavaScriptEngine } from "./engine_javascript.ts";
import { openSearcher, type ThreadOptions } from "./searcher_choice.ts";
import { WorkerPool } from "./worker_pool.ts";

async function chosen(options: ThreadOptions) {
  const { searcher, notices, release } = await openSearcher(options);
  const { engine, threads } = searcher;
  release();
  return { engine, threads, notices, searcher };
}

Deno.test("outside pages the calling thread searches, unless workers are asked for", async () => {
  for (const options of [{}, { workers: 0 }]) {
    const { engine, threads, notices } = await chosen(options);
    assertEquals([engine, threads, notices], ["wasm-simd", 1, []]);
  }
  const { threads, searcher } = await chosen({ workers: 2 });
  assertEquals([threads, (searcher as WorkerPool).isClosed], [2, true]);
});

Deno.test("a pool that is given is used, and left open", async () => {
  const pool = await WorkerPool.start(1);
  const { searcher } = await chosen({ workers: pool });
  assertEquals([searcher, pool.isClosed], [pool, false]);
  pool.close();
});

Deno.test("a given engine searches on the calling thread", async () => {
  const engine = createJavaScriptEngine();
  const used = await chosen({ engine, workers: 2 });
  assertEquals([used.engine, used.threads], ["javascript", 1]);
});
