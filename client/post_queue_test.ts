import { assertEquals, assertRejects } from "@std/assert";
import { PostQueue } from "./post_queue.ts";

const { signal } = new AbortController();

Deno.test("one runs at a time, in order, whether the one before failed or not", async () => {
  const queue = new PostQueue();
  const log: string[] = [];
  const { promise: hold, resolve: release } = Promise.withResolvers<void>();
  const first = queue.run(async () => {
    log.push("first begins");
    await hold;
    log.push("first ends");
    throw new Error("failed");
  }, signal);
  const second = queue.run(() => Promise.resolve(log.push("second")), signal);
  release();
  await assertRejects(() => first, Error, "failed");
  await second;
  assertEquals(log, ["first begins", "first ends", "second"]);
});

Deno.test("what is given up ends at once and is not begun", async () => {
  const queue = new PostQueue();
  const { promise: hold, resolve: release } = Promise.withResolvers<void>();
  const first = queue.run(() => hold, signal);
  const controller = new AbortController();
  let hasBegun = false;
  const second = queue.run(() => {
    hasBegun = true;
    return Promise.resolve();
  }, controller.signal);
  controller.abort(new Error("not needed"));
  await assertRejects(() => second, Error, "not needed");
  release();
  await first;
  await queue.run(() => Promise.resolve(), signal);
  assertEquals(hasBegun, false);
});

Deno.test("sixty-four may wait", async () => {
  const queue = new PostQueue();
  const { promise: hold, resolve: release } = Promise.withResolvers<void>();
  const waiting = Array.from(
    { length: 64 },
    () => queue.run(() => hold, signal),
  );
  await assertRejects(() => queue.run(() => hold, signal), RangeError);
  release();
  await Promise.all(waiting);
  await queue.run(() => hold, signal);
});
