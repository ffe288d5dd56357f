import { assert, assertEquals } from "@std/assert";
import { type Candidate, Homes, seedOf } from "./homes.ts";

const node = (n: number, network = `10.0.${n}.0/24`): Candidate => ({
  origin: `https://node${n}.example`,
  network,
});

const rooms = Array.from(
  { length: 200 },
  (_, i) => seedOf(i.toString(16).padStart(40, "0")),
);

function homesOf(candidates: Candidate[]): Homes {
  const homes = new Homes();
  for (const candidate of candidates) homes.add(candidate);
  return homes;
}

const ofAll = (homes: Homes) => rooms.map((room) => homes.of(room));

Deno.test("the order in which nodes became known does not matter", () => {
  const nodes = Array.from({ length: 50 }, (_, n) => node(n));
  assertEquals(ofAll(homesOf(nodes)), ofAll(homesOf(nodes.toReversed())));
});

Deno.test("the homes of a room are three, of different networks", () => {
  const nodes = Array.from(
    { length: 40 },
    (_, n) => node(n, `10.0.${n % 5}.0/24`),
  );
  for (const homes of ofAll(homesOf(nodes))) {
    assertEquals(new Set(homes.map(({ network }) => network)).size, 3);
  }
});

Deno.test("nodes of one network share its rooms, however many they are", () => {
  const crowd = Array.from({ length: 100 }, (_, n) => node(n, "crowd"));
  const others = Array.from({ length: 9 }, (_, n) => node(100 + n));
  const homes = homesOf([...crowd, ...others]);
  const first = rooms.map((room) => homes.of(room)[0]!);
  const share = first.filter(({ network }) => network === "crowd").length;
  assert(share > 4 && share < 50, `${share} of 200, expected about 20`);
});

Deno.test("each of a hundred nodes is the home of about its share of rooms", () => {
  const homes = homesOf(Array.from({ length: 100 }, (_, n) => node(n)));
  const counts = new Map<string, number>();
  for (let i = 0; i < 10_000; i++) {
    for (const { origin } of homes.of(seedOf(`room ${i}`))) {
      counts.set(origin, (counts.get(origin) ?? 0) + 1);
    }
  }
  // 300 expected, standard deviation 17
  for (const count of counts.values()) assert(Math.abs(count - 300) < 90);
  assertEquals(counts.size, 100);
});

Deno.test("a node that goes moves only the rooms that it was a home of", () => {
  const nodes = Array.from({ length: 30 }, (_, n) => node(n));
  const homes = homesOf(nodes);
  const before = ofAll(homes);
  homes.delete(nodes[7]!);
  const after = ofAll(homes);
  for (const [i, homesBefore] of before.entries()) {
    const left = homesBefore.filter(({ origin }) =>
      origin !== nodes[7]!.origin
    );
    assertEquals(after[i]!.slice(0, left.length), left);
  }
});

Deno.test("a node that comes is noticed by exactly the rooms whose homes change", () => {
  const homes = homesOf(Array.from({ length: 30 }, (_, n) => node(n)));
  const before = ofAll(homes);
  const comer = node(99);
  homes.add(comer);
  const enters = homes.entrance(comer);
  for (const [i, room] of rooms.entries()) {
    const isHome = homes.of(room).some(({ origin }) => origin === comer.origin);
    assertEquals(enters(room, before[i]!), isHome);
  }
});

Deno.test("those who do not want a room are passed over, whole networks too", () => {
  const homes = homesOf([
    node(1, "a"),
    node(2, "a"),
    node(3, "b"),
    node(4, "c"),
  ]);
  const room = rooms[0]!;
  const except = new Set([node(1).origin, node(3).origin]);
  const origins = homes.of(room, (origin) => except.has(origin)).map((
    { origin },
  ) => origin);
  assertEquals(new Set(origins), new Set([node(2).origin, node(4).origin]));
});

Deno.test("a ranking stands as it was published", () => {
  const homes = homesOf(Array.from({ length: 8 }, (_, n) => node(n)));
  const origins = homes.of(seedOf("00".repeat(20))).map(({ origin }) => origin);
  assertEquals(origins, [
    "https://node3.example",
    "https://node5.example",
    "https://node2.example",
  ]);
});
