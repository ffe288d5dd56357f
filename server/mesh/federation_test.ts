import { assert, assertEquals } from "@std/assert";
import { freshRoomPath } from "../testing/honest_client.ts";
import { meshTest } from "../testing/test_mesh.ts";

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
