import { assertEquals } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../../limits.ts";
import type { FakeSink } from "../../testing/fake_sink.ts";
import { memberAt } from "../../testing/fixed_members.ts";
import { SimulatedMesh } from "../../testing/simulated_mesh.ts";

const ROOM = "ab".repeat(20) as RoomHash;

const dataIn = (sink: FakeSink) =>
  sink.takeEvents().filter((event) => event.startsWith("id: "))
    .map((event) => event.replace(/^id: .*\ndata: /, ""));

Deno.test("two nodes that know no common home meet, since their homes are joined", async () => {
  // Node 0 knows 2, 3, 4, node 1 knows 5, 6, 7; those know each other.
  const groups: Record<number, number[]> = { 0: [2, 3, 4], 1: [5, 6, 7] };
  const mesh = new SimulatedMesh(8, {
    knows: (one, other) => groups[one]?.includes(other) ?? other > 1,
  });
  const [one, other] = mesh.nodes;
  const readers = [mesh.read(one!, ROOM), mesh.read(other!, ROOM)];
  await mesh.settle();
  mesh.post(one!, ROOM, { body: "from one" });
  await mesh.settle();
  mesh.post(other!, ROOM, { body: "from other" });
  await mesh.settle();
  for (const reader of readers) {
    assertEquals(dataIn(reader), ["from one", "from other"]);
  }
  assertEquals(mesh.faults, []);
});

Deno.test("a home that joins its own homes tells them what its guests have said already", async () => {
  // 0 finds only 1, which finds 2, where 3 listens.
  const knows: Record<number, number> = { 0: 1, 1: 2, 3: 2 };
  const mesh = new SimulatedMesh(4, {
    knows: (one, other) => knows[one] === other,
  });
  const [one, , , other] = mesh.nodes;
  const reader = mesh.read(other!, ROOM);
  await mesh.settle();
  mesh.post(one!, ROOM, { body: "first" });
  await mesh.settle();
  assertEquals(dataIn(reader), ["first"]);
});

Deno.test("messages of nodes that are not known are taken within a small budget, and hinted at", async () => {
  // Node 1 is a home that knows nobody; 0 and 2 know it, not each other.
  const mesh = new SimulatedMesh(3, { knows: (_, other) => other === 1 });
  const [one, , other] = mesh.nodes;
  const reader = mesh.read(other!, ROOM);
  await mesh.settle();
  for (let i = 0; i < 150; i++) mesh.post(one!, ROOM, { body: `${i}` });
  await mesh.settle();
  assertEquals(dataIn(reader).length, 100);
  const { refused } = mesh.nodes[1]!.federation.totals;
  assertEquals(refused["too-much-of-strangers"], 50);
  assertEquals(other!.members.heard[0], {
    origin: one!.origin,
    source: mesh.nodes[1]!.origin,
  });
});

Deno.test("what is relayed of a node counts against its own budget once it is known", async () => {
  const mesh = new SimulatedMesh(3, { knows: (_, other) => other === 1 });
  const [one, home, other] = mesh.nodes;
  for (const { members } of [home!, other!]) {
    members.add(memberAt(one!.origin, { key: one!.origin }));
  }
  const reader = mesh.read(other!, ROOM);
  await mesh.settle();
  for (let i = 0; i < 150; i++) mesh.post(one!, ROOM, { body: `${i}` });
  await mesh.settle();
  assertEquals(dataIn(reader).length, 150);
});

Deno.test("a post to a node by a name that others do not know it by travels as a stranger's", async () => {
  const mesh = new SimulatedMesh(2);
  const [one, other] = mesh.nodes;
  const reader = mesh.read(other!, ROOM);
  await mesh.settle();
  const paidTo = "http://localhost:8000";
  mesh.post(one!, ROOM, { body: "by another name", paidTo });
  await mesh.settle();
  assertEquals(dataIn(reader), ["by another name"]);
  assertEquals(other!.members.heard.map(({ origin }) => origin), [paidTo]);
});

Deno.test("what was posted before there was a link is told when there is one, also by the node that dials", async () => {
  const mesh = new SimulatedMesh(2, { knows: () => false });
  const [one, other] = mesh.nodes;
  mesh.post(one!, ROOM, { body: "early" });
  const reader = mesh.read(other!, ROOM);
  await mesh.settle();
  one!.members.add(memberAt(other!.origin, { key: other!.origin }));
  await mesh.settle();
  assertEquals(dataIn(reader), ["early"]);
});

Deno.test("a room of a hundred nodes carries each message to all of them once", async () => {
  const mesh = new SimulatedMesh(100);
  const readers = mesh.nodes.map((node) => mesh.read(node, ROOM));
  await mesh.settle();
  for (const [n, node] of mesh.nodes.entries()) {
    mesh.post(node, ROOM, { body: `${n}` });
  }
  await mesh.settle();
  for (const reader of readers) {
    assertEquals(new Set(dataIn(reader)).size, 100);
  }
  const taken = mesh.nodes.map(({ federation }) => federation.totals.taken);
  assertEquals(taken, Array(100).fill(99));
  assertEquals(mesh.faults, []);
});

Deno.test("a room of more nodes than its homes have places for stays one room", async () => {
  const size = SERVER_LIMITS.linksAccepted + 44;
  const mesh = new SimulatedMesh(size);
  const readers = mesh.nodes.map((node) => mesh.read(node, ROOM));
  await mesh.settle();
  for (const n of [0, 100, size - 1]) {
    mesh.post(mesh.nodes[n]!, ROOM, { body: `from ${n}` });
  }
  await mesh.settle();
  const counts = readers.map((reader) => dataIn(reader).length);
  assertEquals(counts, Array(size).fill(3));
  const guests = mesh.nodes.map(({ federation }) => federation.guests.size);
  assertEquals(Math.max(...guests), SERVER_LIMITS.linksAccepted);
  assertEquals(mesh.faults, []);
});
