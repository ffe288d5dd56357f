import { assert, assertEquals } from "@std/assert";
import { SOME_KEY } from "../../testing/node_answer.ts";
import { MemberTable, type Sighting } from "./member_table.ts";

function sighting(network: string): Sighting {
  return {
    ...{ key: SOME_KEY, network, height: 16 },
    ...{ roundTripMs: 1, clockOffsetMs: 0, seenAtMs: 1 },
  };
}

function tableOf(
  count: number,
  bounds = { members: 100, membersPerNetwork: 2 },
) {
  const table = new MemberTable({ random: Math.random, bounds });
  const add = (
    number: number,
    network = `network ${number}`,
    isTrusted = false,
  ) =>
    table.add(`https://n${number}.example`, {
      ...{ sighting: sighting(network), nowMs: 1, isTrusted },
    });
  for (let i = 0; i < count; i++) add(i);
  return { table, add };
}

Deno.test("a newcomer is refused when the table is full, until somebody is dropped, unless the operator trusts it", () => {
  const { table, add } = tableOf(100);
  assertEquals(add(100), undefined);
  table.drop(table.find("https://n7.example")!);
  assert(add(100));
  assertEquals(add(101), undefined);
  assert(add(101, "trusted", true));
  assertEquals(table.size, 101);
});

Deno.test("a network that is full takes only those whom the operator trusts", () => {
  const { table, add } = tableOf(0);
  assert(add(0, "net") && add(1, "net"));
  assertEquals(add(2, "net"), undefined);
  assert(add(3, "net", true));
  table.drop(table.find("https://n0.example")!);
  table.drop(table.find("https://n1.example")!);
  assert(add(2, "net"));
});

Deno.test("who moves counts where it is, and cannot move to where there is no room", () => {
  const { table, add } = tableOf(0);
  const member = add(0, "old")!;
  add(1, "new");
  assert(table.update(member, sighting("new")));
  assertEquals(add(2, "new"), undefined);
  assert(add(3, "old") && add(4, "old"));
  assert(!table.update(member, sighting("old")));
  assertEquals(member.network, "new");
});

Deno.test("listeners hear who joins, moves and leaves, and nothing else", () => {
  const { table, add } = tableOf(0);
  const heard: string[] = [];
  const end = table.onChange(({ member: { network }, isMember }) =>
    heard.push(`${isMember ? "joined" : "left"} ${network}`)
  );
  const member = add(0, "a")!;
  table.update(member, sighting("a"));
  assertEquals(heard.splice(0), ["joined a"]);
  table.update(member, sighting("b"));
  assertEquals(heard.splice(0), ["left a", "joined b"]);
  table.drop(member);
  assertEquals(heard.splice(0), ["left b"]);
  end();
  add(1);
  assertEquals(heard, []);
});

Deno.test("whom a draw gives is chance, each once, and only who is wanted", () => {
  const { table } = tableOf(50);
  const counts = new Map<string, number>();
  for (let i = 0; i < 2000; i++) {
    const drawn = table.draw({ most: 10, tries: 80, isWanted: () => true });
    assertEquals(new Set(drawn).size, 10);
    for (const { origin } of drawn) {
      counts.set(origin, (counts.get(origin) ?? 0) + 1);
    }
  }
  assertEquals(counts.size, 50); // each is expected 400 times, give or take 18
  for (const count of counts.values()) assert(count > 300 && count < 500);
  const isWanted = ({ origin }: { origin: string }) => origin.includes("n7.");
  assertEquals(table.draw({ most: 10, tries: 80, isWanted }).length, 1);
  table.drop(table.find("https://n7.example")!);
  assertEquals(table.draw({ most: 10, tries: 80, isWanted }), []);
  assertEquals(new Set(table.all()).size, 49);
});
