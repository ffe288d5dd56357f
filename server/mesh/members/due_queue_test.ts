import { assertEquals } from "@std/assert";
import { DueQueue } from "./due_queue.ts";

function takeAll(queue: DueQueue<string>, nowMs: number): string[] {
  const taken: string[] = [];
  for (let item; (item = queue.take(nowMs)) !== undefined;) taken.push(item);
  return taken;
}

Deno.test("an item is given out once it is due, at most a second late", () => {
  const queue = new DueQueue<string>(10_000);
  queue.add("a", 12_400);
  assertEquals(takeAll(queue, 12_399), []);
  assertEquals(takeAll(queue, 12_999), []);
  assertEquals(takeAll(queue, 13_000), ["a"]);
  assertEquals(takeAll(queue, 99_000), []);
});

Deno.test("what is overdue comes first, what was due before it was added at once", () => {
  const queue = new DueQueue<string>(10_000);
  for (const second of [30, 20, 40]) queue.add(`${second}`, second * 1000);
  assertEquals(queue.take(60_000), "20");
  queue.add("late", 5000);
  assertEquals(takeAll(queue, 60_000), ["late", "30", "40"]);
});
