import { assertEquals } from "@std/assert";
import type { Connection } from "./connection.ts";
import { type OpenOffer, OpenOffers } from "./open_offer.ts";

/** Makes offers of connections that only know whether they are closed. */
function offers(lifeMs = 60_000) {
  const closed: number[] = [];
  let made = 0;
  const make = (): Promise<OpenOffer> => {
    const number = ++made;
    const connection = { close: () => closed.push(number) };
    return Promise.resolve({
      number,
      connection: connection as unknown as Connection,
      description: Uint8Array.of(number),
    });
  };
  return { closed, offers: new OpenOffers(make, lifeMs) };
}

const { signal } = new AbortController();

Deno.test("what was prepared is open until it is taken", async () => {
  const { closed, offers: all } = offers();
  all.prepare();
  all.prepare(); // one is enough
  assertEquals((await all.begin(signal))?.number, 1);
  assertEquals(all.open?.number, 1);
  assertEquals(all.take()?.number, 1);
  assertEquals([all.open, closed], [undefined, []]);
});

Deno.test("the next one closes the last, and the end closes both", async () => {
  const { closed, offers: all } = offers();
  all.prepare();
  await all.begin(signal);
  all.prepare();
  assertEquals((await all.begin(signal))?.number, 2);
  assertEquals(closed, [1]);
  all.prepare();
  all.close();
  while (closed.length < 3) await Promise.resolve();
  assertEquals(closed, [1, 2, 3]);
});

Deno.test("one that nobody takes is closed after its life", async () => {
  const { closed, offers: all } = offers(1);
  all.prepare();
  await all.begin(signal);
  while (closed.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals([all.open, closed], [undefined, [1]]);
});

Deno.test("none is open where none was prepared, none could be made, or all is over", async () => {
  const { offers: unprepared } = offers();
  assertEquals(await unprepared.begin(signal), undefined);

  const failing = new OpenOffers(() => Promise.reject(new Error("no")), 1);
  failing.prepare();
  assertEquals(await failing.begin(signal), undefined);

  const { closed, offers: all } = offers();
  all.prepare();
  assertEquals(await all.begin(AbortSignal.abort()), undefined);
  while (closed.length < 1) await Promise.resolve();
  assertEquals(closed, [1]);
});
