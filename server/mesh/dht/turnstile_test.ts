import { assert, assertEquals } from "@std/assert";
import { Turnstile } from "./turnstile.ts";

function work() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { run: () => promise, end: resolve };
}

Deno.test("so many work at once, the others in turn, and who comes then is sent away", async () => {
  const turnstile = new Turnstile({ most: 1, mostWaiting: 2, waitMs: 60_000 });
  const [a, b, c] = [work(), work(), work()];
  const passed = [a, b, c].map(({ run }) => turnstile.pass(run));
  assert(turnstile.isFull);
  assertEquals(await turnstile.pass(work().run), undefined);
  const order: string[] = [];
  for (const promise of passed) promise.then((name) => order.push(name!));
  c!.end("c");
  b!.end("b");
  a!.end("a");
  await Promise.all(passed);
  assertEquals(order, ["a", "b", "c"]);
  assert(!turnstile.isFull);
});

Deno.test("who waits too long goes, and leaves the place to others", async () => {
  const turnstile = new Turnstile({ most: 1, mostWaiting: 1, waitMs: 10 });
  const long = work();
  const first = turnstile.pass(long.run);
  assertEquals(await turnstile.pass(work().run), undefined);
  long.end("done");
  assertEquals(await first, "done");
  assertEquals(await turnstile.pass(() => Promise.resolve("next")), "next");
});

Deno.test("work that fails leaves its place", async () => {
  const turnstile = new Turnstile({ most: 1, mostWaiting: 0, waitMs: 10 });
  const fault = new Error("a fault of this test");
  const failed = await turnstile.pass(() => Promise.reject(fault)).catch((e) =>
    e
  );
  assertEquals(failed, fault);
  assertEquals(await turnstile.pass(() => Promise.resolve("next")), "next");
});
