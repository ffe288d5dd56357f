import { assert, assertEquals, assertRejects } from "@std/assert";
import { joinSignals, unlessAborted } from "./signals.ts";

Deno.test("a joined signal follows the first that is aborted", () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const { signal } = joinSignals(first.signal, undefined, second.signal);
  assert(!signal.aborted);
  second.abort("the reason");
  first.abort("too late");
  assertEquals(signal.reason, "the reason");
  const late = joinSignals(first.signal, AbortSignal.abort("later"));
  assertEquals(late.signal.reason, "too late");
  assert(!joinSignals(undefined).signal.aborted);
});

Deno.test("a joined signal that was released follows no more", () => {
  const controller = new AbortController();
  const { signal, release } = joinSignals(controller.signal);
  release();
  controller.abort();
  assert(!signal.aborted);
});

Deno.test("a promise is waited for unless the signal comes first", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  assertEquals(await unlessAborted(Promise.resolve(7), signal), 7);
  await assertRejects(
    () => unlessAborted(Promise.reject(new Error("its own")), signal),
    Error,
    "its own",
  );
  const waiting = unlessAborted(new Promise(() => {}), signal);
  const reason = new Error("no longer");
  controller.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
  const late = unlessAborted(new Promise(() => {}), signal);
  assertEquals(await assertRejects(() => late), reason);
});
