/** Real nodes that know each other, on loopback. */

import type { Config } from "../config.ts";
import type { Surroundings } from "../node.ts";
import type { Membership } from "../mesh/members/membership.ts";
import { startTestNode, type TestNode } from "./test_node.ts";

/** Such a node. */
export interface MeshNode extends TestNode {
  readonly members: Membership;
}

/** Starts one that is known by its address; where none is given, at a free port. */
export async function startMeshNode(
  config: Partial<Config> = {},
  surroundings: Surroundings = {},
): Promise<MeshNode> {
  const port = config.port ?? freePort();
  const node = await startTestNode({
    mesh: true,
    allowPrivate: true,
    publicUrl: `http://127.0.0.1:${port}`,
    ...config,
    port,
  }, surroundings);
  return { ...node, members: node.parts.mesh!.members };
}

/** A port of 127.0.0.1 that nobody listens at, for a node that must know its own beforehand. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
