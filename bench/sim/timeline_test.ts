import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Timeline } from "./timeline.ts";

Deno.test("things happen in the order of their time, those of one moment in the order of planning", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.nat({ max: 50 })),
    async (delays) => {
      const timeline = new Timeline();
      const seen: [number, number][] = [];
      delays.forEach((delay, i) =>
        timeline.after(delay, () => {
          seen.push([timeline.nowMs, i]);
        })
      );
      await timeline.runTo(50);
      const expected = delays.map((delay, i): [number, number] => [delay, i])
        .sort(([a, i], [b, j]) => a - b || i - j);
      assertEquals(seen, expected);
    },
  ));
});

Deno.test("what is planned meanwhile happens too, and what lies beyond the end waits", async () => {
  const timeline = new Timeline();
  const seen: number[] = [];
  const again = () => {
    seen.push(timeline.nowMs);
    timeline.after(10, again);
  };
  again();
  await timeline.runTo(25);
  assertEquals(seen, [0, 10, 20]);
  assertEquals(timeline.nowMs, 25);
  await timeline.runTo(30);
  assertEquals(seen, [0, 10, 20, 30]);
});

Deno.test("the clock's own tasks run at their time", async () => {
  const timeline = new Timeline();
  const seen: number[] = [];
  timeline.clock.every(1000, () => seen.push(timeline.nowMs));
  timeline.after(1500, () => {
    seen.push(timeline.nowMs);
  });
  await timeline.runTo(2000);
  assertEquals(seen, [1000, 1500, 2000]);
});
