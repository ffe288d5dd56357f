import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../../testing/fake_clock.ts";
import { SOME_KEY } from "../../testing/node_answer.ts";
import { MemberKeeper } from "./member_keeper.ts";
import type { MemberStore, SavedMember } from "./member_store.ts";
import { MemberTable } from "./member_table.ts";

const DAY_MS = 86_400_000;

function keeperOf(store: Partial<MemberStore>) {
  const clock = new FakeClock();
  const warnings: string[] = [];
  const table = new MemberTable({ random: Math.random });
  const keeper = new MemberKeeper({
    ...{ table, clock },
    store: { load: () => Promise.resolve([]), save: async () => {}, ...store },
    warn: (message) => warnings.push(message),
  });
  return { keeper, table, clock, warnings };
}

function saved(number: number, seenAtMs: number): SavedMember {
  const [origin, network] = [`https://n${number}.example`, `${number}`];
  return {
    origin,
    key: SOME_KEY,
    network,
    height: 16,
    roundTripMs: 1,
    seenAtMs,
  };
}

Deno.test("what was kept within a week is a member again, seen when it was seen and not later", async () => {
  const now = new FakeClock().now();
  const ages = [7 * DAY_MS, 7 * DAY_MS - 1, 0, -DAY_MS];
  const { keeper, table } = keeperOf({
    load: () => Promise.resolve(ages.map((age, i) => saved(i, now - age))),
  });
  const restored = await keeper.restore();
  assertEquals(restored.map(({ seenAtMs }) => now - seenAtMs), [
    7 * DAY_MS - 1,
    0,
    0,
  ]);
  assertEquals(table.size, 3);
});

Deno.test("changes are written, at most every five minutes, and at the end", async () => {
  let writes = 0;
  const { keeper, table, clock } = keeperOf({
    save() {
      writes++;
      return Promise.resolve();
    },
  });
  await keeper.saveIfDue();
  assertEquals(writes, 0);
  const { origin, ...sighting } = { ...saved(1, 1), clockOffsetMs: 0 };
  const member = table.add(origin, { sighting, nowMs: clock.now() });
  await keeper.saveIfDue();
  assertEquals(writes, 1);
  table.drop(member!);
  clock.advance(299_999);
  await keeper.saveIfDue();
  assertEquals(writes, 1);
  clock.advance(1);
  await keeper.saveIfDue();
  await keeper.save();
  assertEquals(writes, 2);
  keeper.noteChange();
  await keeper.save();
  assertEquals(writes, 3);
});

Deno.test("a disk that takes nothing is told of, and no fault", async () => {
  const { keeper, warnings } = keeperOf({
    save: () => Promise.reject(new Error("disk full")),
  });
  keeper.noteChange();
  await keeper.save();
  assert(warnings.length === 1);
  assertStringIncludes(warnings[0]!, "disk full");
});
