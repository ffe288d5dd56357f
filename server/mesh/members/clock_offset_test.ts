import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { memberAt } from "../../testing/fixed_members.ts";
import { Clocks, offsetOf } from "./clock_offset.ts";
import type { Member } from "./member.ts";

Deno.test("within the second that a node tells, clocks agree", () => {
  assertEquals(offsetOf(5000, 5000), 0);
  assertEquals(offsetOf(5000, 5999), 0);
  assertEquals(offsetOf(5000, 6001), -1);
  assertEquals(offsetOf(5000, 4999), 1);
});

/** Of nodes with such clocks, all of which are drawn. */
function clocksOf(members: readonly Member[]) {
  const told: string[] = [];
  const table = { draw: () => [...members] };
  const clocks = new Clocks({ table, warn: (message) => told.push(message) });
  return { clocks, told };
}

function at(clockOffsetMs: number): Member {
  return { ...memberAt("https://a.example"), clockOffsetMs };
}

Deno.test("an operator is told of a clock that has gone wrong by more than 30 s, once", () => {
  const { clocks, told } = clocksOf([at(0), at(0), at(0)]);
  const look = (offsetMs: number, beforeMs: number) => {
    clocks.look(at(offsetMs), { beforeMs });
    return told.splice(0).join();
  };
  assertEquals(look(30_000, 0), "");
  assertStringIncludes(look(30_001, 0), "30 s ahead of");
  assertStringIncludes(look(-45_000, 0), "45 s behind");
  assertEquals(look(-45_000, -31_000), "");
});

Deno.test("where most others' clocks differ by more than 5 s, it is this one that is wrong, and is told once", () => {
  const members = [at(-5001), at(-5001), at(40_000)];
  const { clocks, told } = clocksOf(members);
  for (const member of members) clocks.look(member, { beforeMs: 0 });
  assertMatch(
    told.join(),
    /^This machine's clock is 5 s ahead [^]*chrony[^]*again\.$/,
  );
  assertEquals(clocks.ownWarning, told[0]);
  members[0] = at(-5000);
  clocks.look(members[0], { beforeMs: -5001 });
  assertEquals(clocks.ownWarning, undefined);
  members[0] = members[2] = at(7000);
  clocks.look(members[0], { beforeMs: 0 });
  assertStringIncludes(told.at(-1)!, "7 s behind");
});

Deno.test("two clocks do not tell whose is wrong", () => {
  const { clocks } = clocksOf([at(9000), at(9000)]);
  assertEquals(clocks.ownWarning, undefined);
});
