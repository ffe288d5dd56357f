import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../server/testing/fake_clock.ts";
import { Watchdog } from "./watchdog.ts";

const now = () => 0;

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve())
  );
}

Deno.test("silence aborts, and says why", async () => {
  const parent = new AbortController().signal;
  const watchdog = new Watchdog({ silenceMs: 1, parent, now });
  await aborted(watchdog.signal);
  assertEquals(watchdog.signal.reason.message, "The stream fell silent");
  watchdog.close();
});

Deno.test("the parent's end is its end, before and after", () => {
  const reason = new Error("closed");
  const parent = new AbortController();
  const options = { silenceMs: 60_000, parent: parent.signal, now };
  const watchdog = new Watchdog(options);
  parent.abort(reason);
  assertEquals(watchdog.signal.reason, reason);
  watchdog.close();
  const late = new Watchdog(options);
  assertEquals(late.signal.reason, reason);
  late.close();
});

Deno.test("timers that stood still are made up for by the clock", () => {
  const clock = new FakeClock();
  const parent = new AbortController().signal;
  const watchdog = new Watchdog({
    silenceMs: 60_000,
    parent,
    now: () => clock.now(),
  });
  clock.advance(30_000);
  watchdog.feed(60_000);
  clock.advance(59_999);
  assert(!watchdog.isLate);
  clock.advance(1);
  assert(watchdog.isLate);
  watchdog.close();
});
