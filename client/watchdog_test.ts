import { assertEquals } from "@std/assert";
import { Watchdog } from "./watchdog.ts";

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve())
  );
}

Deno.test("silence aborts, and says why", async () => {
  const watchdog = new Watchdog(1, new AbortController().signal);
  await aborted(watchdog.signal);
  assertEquals(watchdog.signal.reason.message, "The stream fell silent");
  watchdog.close();
});

Deno.test("the parent's end is its end, before and after", () => {
  const reason = new Error("closed");
  const parent = new AbortController();
  const watchdog = new Watchdog(60_000, parent.signal);
  parent.abort(reason);
  assertEquals(watchdog.signal.reason, reason);
  watchdog.close();
  const late = new Watchdog(60_000, parent.signal);
  assertEquals(late.signal.reason, reason);
  late.close();
});
