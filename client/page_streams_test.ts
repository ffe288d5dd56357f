import { assertEquals, assertRejects } from "@std/assert";
import { takePlace } from "./page_streams.ts";

const HTTP = "http://node.example";
const { locks } = navigator as unknown as { locks: LockManager };

/** A place, and whether it has to be waited for. */
function place(signal = new AbortController().signal) {
  const { promise: busy, resolve: onBusy } = Promise.withResolvers<void>();
  return { taken: takePlace(HTTP, { locks, signal, onBusy }), busy };
}

async function takeFour(): Promise<(() => void)[]> {
  const places = [];
  for (let i = 0; i < 4; i++) places.push(await place().taken);
  return places;
}

Deno.test("four streams have a place, a fifth gets the first that is free", async () => {
  const places = await takeFour();
  const fifth = place();
  await fifth.busy;
  places.splice(2, 1)[0]!();
  const kept = await fifth.taken;

  // Who waited for all four holds one, also when the others become free.
  for (const leave of places) leave();
  const others = [];
  for (let i = 0; i < 3; i++) others.push(await place().taken);
  const sixth = place();
  await sixth.busy;
  kept();
  others.push(await sixth.taken);
  for (const leave of others) leave();
});

Deno.test("who waits can be told to go elsewhere, or give up", async () => {
  const places = await takeFour();
  const elsewhere = new Error("there is another node");
  const error = await assertRejects(() =>
    takePlace(HTTP, {
      locks,
      signal: new AbortController().signal,
      onBusy: () => {
        throw elsewhere;
      },
    })
  );
  assertEquals(error, elsewhere);

  const controller = new AbortController();
  const waiting = place(controller.signal);
  await waiting.busy;
  const reason = new Error("closed");
  controller.abort(reason);
  assertEquals(await assertRejects(() => waiting.taken), reason);
  for (const leave of places) leave();
});

Deno.test("over https and without locks there is no limit", async () => {
  const signal = new AbortController().signal;
  const onBusy = () => {
    throw new Error("busy");
  };
  for (let i = 0; i < 10; i++) {
    await takePlace("https://node.example", { locks, signal, onBusy });
    await takePlace(HTTP, { locks: undefined, signal, onBusy });
  }
});
