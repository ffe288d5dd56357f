/** Real nodes with real links on loopback, which know each other from a list. */

import type { LookupFunction } from "node:net";
import { assertEquals } from "@std/assert";
import { DEFAULT_CURVE } from "@sigmesh/core";
import type { Config } from "../config.ts";
import { isGenuine, NodeKey } from "../mesh/members/node_key.ts";
import type { Surroundings } from "../node.ts";
import { FixedMembers, memberAt } from "./fixed_members.ts";
import { preparePost, sendPost } from "./honest_client.ts";
import { StreamReader } from "./stream_reader.ts";
import { startTestNode, type TestNode } from "./test_node.ts";

/** A node of a mesh. */
export interface MeshNode extends TestNode {
  /** Whom it knows; itself left out. */
  readonly members: FixedMembers;
  readonly key: NodeKey;
}

/** What a test works with; all of it is closed after. */
export interface TestMesh {
  readonly nodes: readonly MeshNode[];
  /** A stream on a room of a node. */
  read(node: MeshNode, path: string, query?: string): Promise<StreamReader>;
  /** Pays for a post and sends it; fails unless the node takes it. */
  post(node: MeshNode, path: string, body: string): Promise<void>;
  /** Ends a node, as when its process is stopped. */
  stop(node: MeshNode): Promise<void>;
}

/** What a mesh is made of. */
export interface MeshSetting {
  readonly size: number;
  /** Whether one node knows another; default: all know all. */
  readonly knows?: (one: number, other: number) => boolean;
  readonly config?: Partial<Config>;
  /** Beside that, of single nodes. */
  readonly configOf?: (node: number) => Partial<Config>;
  readonly surroundings?: Surroundings;
}

/** A test on a mesh, whose nodes must not have failed inside. */
export function meshTest(
  name: string,
  setting: MeshSetting,
  run: (mesh: TestMesh) => Promise<void>,
): void {
  Deno.test(name, async () => {
    await using mesh = await RunningMesh.start(setting);
    await run(mesh);
    for (const { faults } of mesh.nodes) assertEquals(faults, []);
  });
}

/** The same for benchmarks. */
export class RunningMesh implements TestMesh, AsyncDisposable {
  readonly nodes: readonly MeshNode[];
  readonly #readers: StreamReader[] = [];
  readonly #stopped = new Set<MeshNode>();

  private constructor(nodes: readonly MeshNode[]) {
    this.nodes = nodes;
  }

  static async start(
    {
      size,
      knows = () => true,
      config = {},
      configOf = () => ({}),
      surroundings = {},
    }: MeshSetting,
  ): Promise<RunningMesh> {
    const nodes = await Promise.all(
      Array.from(
        { length: size },
        (_, node) =>
          startMeshNode({ ...config, ...configOf(node) }, surroundings),
      ),
    );
    for (const [one, { members }] of nodes.entries()) {
      for (const [other, { origin, key: { text: key } }] of nodes.entries()) {
        const isKnown = one !== other && knows(one, other);
        if (isKnown) members.add(memberAt(origin, { key }));
      }
    }
    return new RunningMesh(nodes);
  }

  async read(node: MeshNode, path: string, query = ""): Promise<StreamReader> {
    const reader = await StreamReader.open(node, path, query);
    this.#readers.push(reader);
    return reader;
  }

  async post(node: MeshNode, path: string, body: string): Promise<void> {
    const post = await preparePost(node, { path, body });
    assertEquals(await sendPost(node, post), "accepted");
  }

  async stop(node: MeshNode): Promise<void> {
    this.#stopped.add(node);
    await node.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const reader of this.#readers) await reader[Symbol.asyncDispose]();
    const running = this.nodes.filter((node) => !this.#stopped.has(node));
    await Promise.all(running.map((node) => node.close()));
  }
}

/** A node that is known to nobody yet. */
export async function startMeshNode(
  config: Partial<Config> = {},
  surroundings: Surroundings = {},
): Promise<MeshNode> {
  const port = freePort();
  const origin = config.certificate == null
    ? `http://127.0.0.1:${port}`
    : `https://localhost:${port}`;
  const members = new FixedMembers();
  const key = await NodeKey.create();
  const self = {
    ...{ origin, network: origin, key: key.text },
    sign: (token: string) => key.signToken(origin, token),
  };
  const node = await startTestNode(
    {
      port,
      publicUrl: origin,
      curve: DEFAULT_CURVE,
      maxUnpaidPerIp: 1000,
      ...config,
    },
    {
      links: config.mesh === false ? undefined : {
        ...{ members, self },
        verifyToken: isGenuine,
        dialOptions: () => ({ lookup: lookUpLoopback }),
      },
      ...surroundings,
    },
  );
  return { ...node, origin, members, key };
}

/** Every name is this machine: nothing leaves it. */
export const lookUpLoopback: LookupFunction = (_name, { all }, done) => {
  const [address, family] = ["127.0.0.1", 4] as const;
  if (all) done(null, [{ address, family }]);
  else done(null, address, family);
};

/** A node's origin must be known before it listens. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
