import { assertEquals } from "@std/assert";
import { freshRoomPath } from "../../testing/honest_client.ts";
import { type MeshNode, meshTest } from "../../testing/fixed_mesh.ts";
import { Homes, seedOf } from "./homes.ts";

for (const size of [2, 3, 5]) {
  meshTest(
    `in a mesh of ${size} nodes each post reaches each subscriber once, the sender included`,
    { size },
    async (mesh) => {
      const path = freshRoomPath();
      const readers = [];
      for (const node of mesh.nodes) readers.push(await mesh.read(node, path));
      const bodies = mesh.nodes.map((_, n) => `from node ${n}\n"ä"`);
      for (const [n, node] of mesh.nodes.entries()) {
        await mesh.post(node, path, bodies[n]!);
      }
      for (const reader of readers) {
        assertEquals((await reader.until(size)).toSorted(), bodies);
      }
      await mesh.post(mesh.nodes[0]!, path, "last");
      for (const reader of readers) {
        assertEquals((await reader.until(size + 1)).at(-1), "last");
        assertEquals(
          new Set(reader.messages.map(({ id }) => id)).size,
          size + 1,
        );
      }
    },
  );
}

meshTest(
  "who joins late, on a node where nobody was, is told the last minute when asking for it",
  { size: 3 },
  async (mesh) => {
    const path = freshRoomPath();
    const [one, other] = mesh.nodes;
    await mesh.post(one!, path, "first");
    await mesh.post(one!, path, "second");
    const reader = await mesh.read(other!, path, "?since=60");
    assertEquals(await reader.until(2), ["first", "second"]);
  },
);

meshTest(
  "posts go on when one of a room's homes dies",
  { size: 5 },
  async (mesh) => {
    const path = freshRoomPath();
    const { nodes } = mesh;
    const readers = [];
    for (const node of nodes) readers.push(await mesh.read(node, path));
    await mesh.post(nodes[0]!, path, "before");
    for (const reader of readers) await reader.until(1);
    const home = homesOf(nodes, path)[0]!;
    await mesh.stop(home);
    const left = nodes.filter((node) => node !== home);
    for (const node of left) await mesh.post(node, path, node.origin);
    for (const [n, node] of nodes.entries()) {
      if (node === home) continue;
      const data = await readers[n]!.until(1 + left.length);
      const wanted = ["before", ...left.map(({ origin }) => origin)];
      assertEquals(data.toSorted(), wanted.toSorted());
    }
  },
);

meshTest(
  "nodes that know different others share a room as long as these know each other",
  // 0 knows only 2, 1 only 3; 2 and 3 know all.
  { size: 4, knows: (one, other) => one > 1 || other === one + 2 },
  async (mesh) => {
    const path = freshRoomPath();
    const [one, other] = mesh.nodes;
    const reader = await mesh.read(other!, path, "?since=60");
    await mesh.post(one!, path, "over two homes");
    assertEquals(await reader.until(1), ["over two homes"]);
  },
);

meshTest(
  "with --no-mesh a node keeps its rooms to itself, and takes no links",
  { size: 2, config: { mesh: false } },
  async (mesh) => {
    const path = freshRoomPath();
    const [one, other] = mesh.nodes;
    assertEquals(one!.parts.links, null);
    const reader = await mesh.read(other!, path);
    await mesh.post(one!, path, "elsewhere");
    await mesh.post(other!, path, "here");
    assertEquals(await reader.until(1), ["here"]);
  },
);

function homesOf(nodes: readonly MeshNode[], path: string): MeshNode[] {
  const homes = new Homes();
  for (const { origin } of nodes) homes.add({ origin, network: origin });
  const room = seedOf(path.slice("/room/".length));
  return homes.of(room).map(({ origin }) =>
    nodes.find((node) => node.origin === origin)!
  );
}
