import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../server/testing/fake_clock.ts";
import { mayDial, type Page, thisPage, watchForReturn } from "./page.ts";

function watch() {
  const clock = new FakeClock();
  const events = new EventTarget();
  const told: string[] = [];
  const page: Page = {
    ...thisPage,
    events,
    now: () => clock.now(),
    every: (intervalMs, task) => clock.every(intervalMs, task),
  };
  const stop = watchForReturn(page, {
    onReturn: () => told.push("return"),
    onSlept: () => told.push("slept"),
  });
  return { clock, events, told, stop };
}

function show(persisted: boolean): Event {
  return Object.assign(new Event("pageshow"), { persisted });
}

Deno.test("a page returns when it is online again, and out of the browser's cache", () => {
  const { events, told, stop } = watch();
  events.dispatchEvent(show(false));
  assertEquals(told, []);
  events.dispatchEvent(show(true));
  events.dispatchEvent(new Event("online"));
  assertEquals(told, ["return", "return"]);
  stop();
  events.dispatchEvent(new Event("online"));
  assertEquals(told.length, 2);
});

Deno.test("a machine that slept is noticed by its clock", () => {
  const { clock, told, stop } = watch();
  clock.advance(60_000);
  assertEquals(told, []);
  clock.sleep(10_000);
  clock.advance(5000);
  assertEquals(told, ["slept"]);
  clock.advance(60_000);
  assertEquals(told, ["slept"]);
  stop();
  clock.sleep(60_000);
  clock.advance(60_000);
  assertEquals(told, ["slept"]);
});

Deno.test("the page's clock does not go back", () => {
  const first = thisPage.now();
  assert(Math.abs(first - Date.now()) < 1000);
  assert(thisPage.now() >= first);
});

Deno.test("a page of https dials https and its own machine", () => {
  const page = { ...thisPage, origin: "https://app.example" };
  for (
    const origin of [
      "https://node.example",
      "http://localhost:8000",
      "http://a.localhost",
      "http://127.0.0.1:8000",
      "http://[::1]:8000",
    ]
  ) assert(mayDial(page, origin), origin);
  for (
    const origin of [
      "http://node.example",
      "http://notlocalhost",
      "http://127.0.0.1.example",
      "http://192.168.1.1",
    ]
  ) assert(!mayDial(page, origin), origin);
  const plain = { ...thisPage, origin: "http://app.example" };
  assert(mayDial(plain, "http://node.example"));
  assert(mayDial(thisPage, "http://node.example"));
});
