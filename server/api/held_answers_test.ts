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
  held.hold(() => sent.push("a"));
  clock.advance(500);
  held.hold(() => sent.push("b"));
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
    held.hold(() => sent++);
  }
  assertEquals(held.isFull, true);
  held.close();
  assertEquals(held.isFull, false);
  clock.advance(HELD_MS);
  assertEquals(sent, SERVER_LIMITS.heldAnswers);
});
