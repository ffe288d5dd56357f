import { assertEquals } from "@std/assert";
import { IS_VARYING, LAYOUT, puzzleConstants } from "./puzzle_constants.ts";
import { expandSchedule, padMessage, ROUND_CONSTANTS } from "./sha256.ts";

Deno.test("exactly these schedule words do not depend on word 12", () => {
  const constant = [...Array(64).keys()].filter((t) => !IS_VARYING[t]);
  assertEquals(constant, [
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15],
    ...[16, 17, 18, 20, 22, 24],
  ]);
});

Deno.test("a constant schedule word is the same whatever word 12 is", () => {
  const block = padMessage(new Uint8Array(52).fill(0x5a));
  const constants = puzzleConstants(block);
  for (const varying of [0, 1, -1, 0x12345678]) {
    const schedule = new Int32Array(64);
    schedule.set(block);
    schedule[12] = varying;
    expandSchedule(schedule);
    for (const t of [16, 17, 18, 20, 22, 24]) {
      const keyed = schedule[t]! + ROUND_CONSTANTS[t]! | 0;
      assertEquals(constants[LAYOUT.words + t], keyed, `word ${t}`);
    }
  }
});
