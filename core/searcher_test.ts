import { assert, assertEquals } from "@std/assert";
import { createHashWasmEngine } from "./engine_hash_wasm.ts";
import { targetOf } from "./height.ts";
import { createThreadSearcher, runTask } from "./searcher.ts";

const engine = await createHashWasmEngine();
const puzzle = { challenge: new Uint8Array(32), index: 0 };

Deno.test("a task counts the hashes that were done", () => {
  const all = { ...puzzle, target: targetOf(0), from: 7, count: 100 };
  const { nonce, hashes } = runTask(engine, all);
  assertEquals([nonce, hashes], [7, 1]);
  const none = { ...puzzle, target: targetOf(65), from: 0, count: 100 };
  const missed = runTask(engine, none);
  assertEquals([missed.nonce, missed.hashes], [-1, 100]);
});

Deno.test("a thread searches and lets others run", async () => {
  const searcher = createThreadSearcher(engine);
  assertEquals([searcher.engine, searcher.threads], ["hash-wasm", 1]);
  let hasRun = false;
  setTimeout(() => hasRun = true, 0);
  const task = { ...puzzle, target: targetOf(65), from: 0, count: 5000 };
  let tasks = 0;
  while (!hasRun && tasks < 1000) {
    await searcher.search(task);
    tasks++;
  }
  assert(tasks < 100, `${tasks} tasks before a timer ran`);
});
