import { assertEquals } from "@std/assert";
import { FakeClock } from "../testing/fake_clock.ts";
import { LoadHistory } from "./load_history.ts";

function observed() {
  const clock = new FakeClock();
  const now = { height: 16, streams: 0 };
  const price = {
    work: 0,
    pressure: 1,
    load: { cpu: 0.25, memory: 0.5 },
    get height() {
      return now.height;
    },
  };
  const history = new LoadHistory({ clock, price, streams: () => now.streams });
  return { clock, now, history };
}

Deno.test("a history that was not started is empty", () => {
  assertEquals(observed().history.points(), []);
});

Deno.test("it tells what was so at the start and every 15 seconds since", () => {
  const { clock, now, history } = observed();
  history.start();
  now.height = 17;
  now.streams = 3;
  clock.advance(15_000);
  now.height = 18;
  clock.advance(14_999);
  const load = { cpu: 0.25, memory: 0.5 };
  assertEquals(history.points(), [
    { ageSeconds: 29.999, height: 16, streams: 0, ...load },
    { ageSeconds: 14.999, height: 17, streams: 3, ...load },
  ]);
});

Deno.test("it holds an hour and no more", () => {
  const { clock, history } = observed();
  history.start();
  clock.advance(3_600_000);
  assertEquals(history.points().length, 241);
  assertEquals(history.points()[0]!.ageSeconds, 3600);
  clock.advance(1);
  assertEquals(history.points().length, 240);
  clock.advance(7_200_000);
  assertEquals(history.points().length, 240);
});

Deno.test("a closed history takes no further points", () => {
  const { clock, history } = observed();
  history.start();
  history.close();
  clock.advance(60_000);
  assertEquals(history.points().length, 1);
});
