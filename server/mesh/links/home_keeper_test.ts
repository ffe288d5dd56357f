import { assert, assertEquals } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { FakeLinkSocket } from "../../testing/fake_link_socket.ts";
import { memberAt } from "../../testing/fixed_members.ts";
import {
  SimulatedMesh,
  type SimulatedNode,
} from "../../testing/simulated_mesh.ts";
import { Homes, seedOf } from "./homes.ts";

const ROOM = "ab".repeat(20) as RoomHash;

/** The nodes, the best home of the room first. */
function ranked({ nodes }: SimulatedMesh): SimulatedNode[] {
  const homes = new Homes();
  for (const { origin } of nodes) homes.add({ origin, network: origin });
  const left = [...nodes];
  const order: SimulatedNode[] = [];
  while (left.length > 0) {
    const except = new Set(order.map(({ origin }) => origin));
    const { origin } = homes.of(seedOf(ROOM), (name) => except.has(name))[0]!;
    order.push(...left.splice(left.findIndex((n) => n.origin === origin), 1));
  }
  return order;
}

const accepted = (nodes: SimulatedNode[]) =>
  nodes.map(({ federation }) => federation.guests.size);

Deno.test("a node joins a room at its three homes, and leaves them when nobody listens any more", async () => {
  const mesh = new SimulatedMesh(8);
  const order = ranked(mesh);
  const reader = mesh.read(order[7]!, ROOM);
  await mesh.settle();
  // The homes join each other as well.
  assertEquals(accepted(order), [3, 3, 3, 0, 0, 0, 0, 0]);
  const wanted = () => order.map(({ federation }) => federation.size);
  assertEquals(wanted(), [1, 1, 1, 0, 0, 0, 0, 1]);
  reader.end();
  await mesh.settle();
  assertEquals(
    wanted(),
    Array(8).fill(0),
    "homes keep each other's room alive",
  );
  await mesh.pass(62);
  assertEquals(accepted(order), Array(8).fill(0));
});

Deno.test("a home is joined when it becomes known, and the one that it displaces is kept for 60 s", async () => {
  const mesh = new SimulatedMesh(6);
  const order = ranked(mesh);
  const [best, , , fourth, , last] = order as [
    SimulatedNode,
    ...SimulatedNode[],
  ];
  last!.members.remove(best.origin);
  mesh.read(last!, ROOM);
  await mesh.settle();
  const joins = () => fourth!.federation.size;
  assertEquals([best.federation.guests.size > 0, joins()], [true, 1]);
  last!.members.add(memberAt(best.origin, { key: best.origin }));
  await mesh.pass(59);
  assertEquals(joins(), 1);
  await mesh.pass(2);
  assertEquals(joins(), 0);
  mesh.post(last!, ROOM);
  await mesh.settle();
  const { totals } = fourth!.federation;
  assertEquals(totals.refused["not-subscribed"], 0, "it is told of no posts");
});

Deno.test("a home that dies is dialled again, then another one takes its place", async () => {
  const mesh = new SimulatedMesh(6);
  const order = ranked(mesh);
  mesh.read(order[5]!, ROOM);
  await mesh.settle();
  assertEquals(order[3]!.federation.size, 0);
  mesh.kill(order[0]!);
  await mesh.pass(1);
  assertEquals(order[3]!.federation.size, 0, "too soon");
  await mesh.pass(10);
  assertEquals(order[3]!.federation.size, 1);
});

Deno.test("a loaded home asks to be left: the next one takes its place, and it is not asked again for a while", async () => {
  const mesh = new SimulatedMesh(6);
  const order = ranked(mesh);
  const [home, , , fourth, , reader] = order as SimulatedNode[];
  mesh.read(reader!, ROOM);
  await mesh.settle();
  home!.load = 1;
  await mesh.pass(2);
  assertEquals([home!.federation.size, fourth!.federation.size], [0, 1]);
  home!.load = 0;
  await mesh.pass(500);
  assertEquals(home!.federation.size, 0);
  await mesh.pass(120);
  assertEquals(home!.federation.size, 1);
});

Deno.test("a loaded node keeps the rooms that are used there", async () => {
  const mesh = new SimulatedMesh(6);
  const order = ranked(mesh);
  const [home, , , , , reader] = order as SimulatedNode[];
  home!.load = 1;
  const there = mesh.read(home!, ROOM);
  mesh.read(reader!, ROOM);
  await mesh.pass(3);
  mesh.post(reader!, ROOM, { body: "hello" });
  await mesh.settle();
  assert(there.text.includes("data: hello"));
});

Deno.test("a home that links flood with rooms finds homes for them at a pace, and for its own readers at once", async () => {
  const mesh = new SimulatedMesh(5);
  await mesh.settle();
  const [node] = mesh.nodes;
  const socket = new FakeLinkSocket();
  node!.federation.guests.accept(socket, "192.0.2.1");
  socket.greet();
  const roomOf = (n: number) => n.toString(16).padStart(40, "0") as RoomHash;
  for (let n = 0; n < 2000; n++) {
    socket.say({ type: "subscribe", room: roomOf(n) });
  }
  await mesh.settle();
  const wanted = () => {
    const sizes = mesh.nodes.slice(1).map(({ federation }) => federation.size);
    return Math.max(...sizes);
  };
  assert(wanted() < 1000, `${wanted()} of 2000`);
  mesh.read(node!, ROOM);
  await mesh.settle();
  const joined = mesh.nodes.filter(({ federation }) =>
    federation.guests.size > 0
  );
  assert(joined.length >= 3);
  await mesh.pass(6);
  assert(wanted() > 1000, `${wanted()} of 2000`);
});
