import { assertEquals } from "@std/assert";
import { reportLosses } from "./loss_report.ts";
import { Traffic } from "./rooms/traffic.ts";
import { FakeClock } from "./testing/fake_clock.ts";

function startReport() {
  const clock = new FakeClock();
  const traffic = new Traffic();
  const told: string[] = [];
  const end = reportLosses({ clock, traffic, tell: (line) => told.push(line) });
  return { clock, traffic, told, end };
}

Deno.test("however many streams are lost, it is one line in 10 s", () => {
  const { clock, traffic, told } = startReport();
  traffic.refused["too-many-subscribers"] += 5000;
  traffic.ended.stalled += 2;
  traffic.ended.left += 9;
  clock.advance(9999);
  assertEquals(told, []);
  clock.advance(1);
  assertEquals(told, [
    "5000 refused (too-many-subscribers), 2 dropped (stalled)",
  ]);
});

Deno.test("only what was lost since the last line is told, and nothing when nothing was", () => {
  const { clock, traffic, told } = startReport();
  traffic.ended["queue-full"] = 1;
  clock.advance(20_000);
  traffic.ended["queue-full"] = 3;
  clock.advance(10_000);
  assertEquals(told, ["1 dropped (queue-full)", "2 dropped (queue-full)"]);
});

Deno.test("after its end nothing is told", () => {
  const { clock, traffic, told, end } = startReport();
  end();
  traffic.ended.stalled++;
  clock.advance(20_000);
  assertEquals(told, []);
});
