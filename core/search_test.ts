import { assertEquals, assertRejects } from "@std/assert";
import { Search } from "./search.ts";
import type { Searcher, SearchTask } from "./searcher.ts";

/** A searcher that answers as the test says, and keeps the tasks it got. */
function scripted(threads: number, solve: (task: SearchTask) => number) {
  const tasks: SearchTask[] = [];
  const searcher: Searcher = {
    engine: "scripted",
    threads,
    taskMs: 10,
    search(task) {
      tasks.push(task);
      const nonce = solve(task);
      return Promise.resolve({ nonce, hashes: task.count, milliseconds: 1 });
    },
  };
  return { tasks, searcher };
}

function searchFor(indexes: number[], searcher: Searcher, solved: number[][]) {
  return new Search(searcher, {
    challenge: new Uint8Array(32),
    target: { high: 0, low: 0 },
    open: indexes.map((index) => ({ index, next: index * 1000 })),
    expected: 1,
    onProgress: undefined,
    onSolved: (index, nonce) => solved.push([index, nonce]),
  });
}

Deno.test("threads share the puzzles, and those without one of their own help", async () => {
  const solved: number[][] = [];
  const { tasks, searcher } = scripted(3, ({ from }) => from + 1);
  await searchFor([2, 5], searcher, solved).run(undefined);
  assertEquals(tasks.map(({ index }) => index), [2, 5, 2, 5]);
  assertEquals(tasks[2]!.from, tasks[0]!.from + tasks[0]!.count);
  assertEquals(solved, [[2, 2001], [5, 5001]]); // the first solution counts
});

Deno.test("stretches follow each other, and grow to the time that a task may take", async () => {
  const { tasks, searcher } = scripted(1, (task) => task.from > 1e6 ? 7 : -1);
  await searchFor([0], searcher, []).run(undefined);
  for (const [i, task] of tasks.slice(1).entries()) {
    assertEquals(task.from, tasks[i]!.from + tasks[i]!.count);
  }
  assertEquals(tasks.slice(0, 3).map(({ count }) => count), [
    4096,
    16384,
    65536,
  ]);
});

Deno.test("a search that is stopped leaves puzzles open", async () => {
  const solved: number[][] = [];
  const { tasks, searcher } = scripted(1, () => {
    if (tasks.length === 3) search.stop();
    return -1;
  });
  const search = searchFor([0], searcher, solved);
  await search.run(undefined);
  assertEquals([tasks.length, solved], [3, []]);
  assertEquals(search.progress.hashes, 4096 + 16384 + 65536);
});

Deno.test("a puzzle without a solution below 2^48 is the end of a search", async () => {
  const { searcher } = scripted(1, () => -1);
  const search = searchFor([2 ** 48 / 1000 + 1], searcher, []);
  await assertRejects(() => search.run(undefined), RangeError, "2^48");
});
