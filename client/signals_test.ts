import { assert, assertEquals, assertRejects } from "@std/assert";
import { joinSignals, unlessAborted } from "./signals.ts";

Deno.test("a joined signal follows the first that is aborted", () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const joined = joinSignals(first.signal, undefined, second.signal);
  assert(!joined.aborted);
  second.abort("the reason");
  first.abort("too late");
  assertEquals(joined.reason, "the reason");
  assertEquals(joinSignals(AbortSignal.abort("before")).reason, "before");
  assert(!joinSignals(undefined).aborted);
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
