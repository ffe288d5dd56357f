import { assertEquals, assertRejects } from "@std/assert";
import { AnnouncementPace } from "./announcement_pace.ts";

/** A pace, its time, and how often it announced. */
function start() {
  const run = {
    now: 0,
    count: 0,
    keep: () => pace.keep(announce),
  };
  const pace = new AnnouncementPace(() => run.now);
  const announce = () => {
    run.count++;
    return Promise.resolve();
  };
  return run;
}

Deno.test("Trystero's repetitions of the first announcement are left out", async () => {
  const run = start();
  assertEquals(await run.keep(), { nextAnnounceMs: 30_000 });
  for (const now of [233, 766, 2099, 2999]) {
    run.now = now;
    assertEquals(await run.keep(), { nextAnnounceMs: 30_000 - now });
  }
  assertEquals(run.count, 1);
});

Deno.test("as long as nothing happens, announcements come twice as seldom each time, down to one in 5 minutes", async () => {
  const run = start();
  const intervals: number[] = [];
  for (let i = 0; i < 6; i++) {
    const next = await run.keep();
    if (!("nextAnnounceMs" in next)) break;
    intervals.push(next.nextAnnounceMs / 1000);
    run.now += next.nextAnnounceMs - 1; // timers may be early by that
  }
  assertEquals(intervals, [30, 60, 120, 240, 300, 300]);
  assertEquals(run.count, 6);
});

Deno.test("after a loss it announces at once, and more often again", async () => {
  const run = start();
  await run.keep();
  run.now += 30_000;
  assertEquals(await run.keep(), { nextAnnounceMs: 60_000 });
  run.now += 3000;
  assertEquals(await run.keep(), { nextAnnounceMs: 30_000 });
  assertEquals(run.count, 3);
});

Deno.test("a second chain of announcements ends while the first is at it", async () => {
  const pace = new AnnouncementPace(() => 0);
  let finish = () => {};
  const first = pace.keep(() => new Promise((resolve) => finish = resolve));
  const second = pace.keep(() => {
    throw new Error("not to be called");
  });
  assertEquals(await second, { stopAnnouncing: true });
  finish();
  assertEquals(await first, { nextAnnounceMs: 30_000 });
});

Deno.test("an announcement that failed is not held against the next", async () => {
  const run = start();
  const pace = new AnnouncementPace(() => run.now);
  await assertRejects(
    () => pace.keep(() => Promise.reject(new Error("no node"))),
    Error,
    "no node",
  );
  assertEquals(await pace.keep(() => Promise.resolve()), {
    nextAnnounceMs: 30_000,
  });
});
