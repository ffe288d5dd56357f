import { assertEquals } from "@std/assert";
import { watchPage } from "./page_life.ts";

/** Watches until the test is over. */
function watch() {
  const ended = new AbortController();
  const told: string[] = [];
  let onTick = (_sleptMs: number) => {};
  watchPage({
    signal: ended.signal,
    onTick: (sleptMs) => onTick(sleptMs),
    onHide: () => told.push("hide"),
    onShow: () => told.push("show"),
  });
  const nextTick = () => new Promise<number>((resolve) => onTick = resolve);
  return { told, nextTick, [Symbol.dispose]: () => ended.abort() };
}

Deno.test("a tick that comes late tells how long the device has slept", async () => {
  using page = watch();
  assertEquals(await page.nextTick(), 0);
  const { now } = Date;
  const asleepMs = 60_000;
  Date.now = () => now() + asleepMs;
  try {
    const sleptMs = await page.nextTick();
    assertEquals(Math.floor(sleptMs / 1000), 61);
    assertEquals(await page.nextTick(), 0);
  } finally {
    Date.now = now;
  }
});

Deno.test("a page that goes may come back; one that is loaded has not", () => {
  using page = watch();
  const show = (persisted: boolean) =>
    dispatchEvent(Object.assign(new Event("pageshow"), { persisted }));
  show(false);
  dispatchEvent(new Event("pagehide"));
  show(true);
  assertEquals(page.told, ["hide", "show"]);
  page[Symbol.dispose]();
  show(true);
  assertEquals(page.told, ["hide", "show"]);
});
