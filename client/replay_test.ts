import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../server/testing/fake_clock.ts";
import { Replay } from "./replay.ts";

function start(sinceSeconds: number) {
  const clock = new FakeClock();
  const replay = new Replay({ sinceSeconds, now: () => clock.now() });
  return { clock, replay };
}

Deno.test("a first stream asks for what was wanted, a later one for what was missed", () => {
  const { clock, replay } = start(5);
  assertEquals(replay.query(), { since: "5" });
  replay.hear();
  clock.advance(2500);
  assertEquals(replay.query(), { since: "4" });
  clock.advance(3_600_000);
  assertEquals(replay.query(), { since: "60" });
  assertEquals(start(0).replay.query(), {});
});

Deno.test("after a message all that followed it is asked for", () => {
  const { replay } = start(5);
  replay.accept("a");
  assertEquals(replay.query(), { last_event_id: "a" });
});

Deno.test("a message is new once, for as long as 4,096 others", () => {
  const { replay } = start(0);
  assert(replay.accept("first"));
  for (let i = 1; i < 4096; i++) assert(replay.accept(`${i}`));
  assert(!replay.accept("first"));
  assert(replay.accept("one more"));
  assert(replay.accept("first"));
});
