import { assertEquals } from "@std/assert";
import { SERVER_LIMITS } from "../limits.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { HeldAnswers } from "./held_answers.ts";

const HELD_MS = SERVER_LIMITS.heldSeconds * 1000;

Deno.test("an answer is sent when it has been held long enough, in order", () => {
  const clock = new FakeClock();
  const held = new HeldAnswers(clock);
  held.start();
  const sent: string[] = [];
  held.hold({ send: () => sent.push("a") });
  clock.advance(500);
  held.hold({ send: () => sent.push("b") });
  clock.advance(HELD_MS - 501);
  assertEquals(sent, []);
  clock.advance(1);
  assertEquals(sent, ["a"]);
  clock.advance(500);
  assertEquals(sent, ["a", "b"]);
});

Deno.test("it is full at its bound, and empty after closing has sent all", () => {
  const clock = new FakeClock();
  const held = new HeldAnswers(clock);
  held.start();
  let sent = 0;
  for (let i = 0; i < SERVER_LIMITS.heldAnswers; i++) {
    assertEquals(held.isFull, false);
    held.hold({ send: () => sent++ });
  }
  assertEquals(held.isFull, true);
  held.close();
  assertEquals(held.isFull, false);
  clock.advance(HELD_MS);
  assertEquals(sent, SERVER_LIMITS.heldAnswers);
});

Deno.test("who can be served meanwhile is, the one that waits longest first", () => {
  const clock = new FakeClock();
  const held = new HeldAnswers(clock);
  held.start();
  const log: string[] = [];
  let room = 0;
  for (const name of ["a", "b", "c", "d"]) {
    held.hold({
      send: () => log.push(`${name} refused`),
      serve: () => {
        if (room-- > 0) return log.push(name) > 0;
        log.push(`${name} tried`);
        return false;
      },
    });
  }
  room = 2;
  clock.advance(100);
  assertEquals(log.splice(0), ["a", "b", "c tried"], "no further than that");
  clock.advance(HELD_MS - 200);
  log.length = 0;
  clock.advance(100);
  assertEquals(log, ["c tried", "c refused", "d tried", "d refused"]);
});
