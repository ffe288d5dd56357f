import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../testing/fake_clock.ts";
import {
  freePort,
  type MeshNode,
  startMeshNode,
} from "../../testing/test_mesh.ts";

async function originsAt(node: MeshNode): Promise<string[]> {
  const headers = { accept: "application/json" };
  const response = await fetch(`${node.origin}/nodes`, { headers });
  return (await response.json()).toSorted();
}

async function closeAll(nodes: readonly MeshNode[]): Promise<void> {
  for (const node of nodes) await node.close();
  assertEquals(nodes.flatMap(({ faults }) => faults), []);
}

function knowsAll(node: MeshNode, others: readonly MeshNode[]): boolean {
  return others.every(({ origin }) =>
    origin === node.origin || node.members.find(origin) !== undefined
  );
}

/** Lets a second pass for all nodes, again and again, until something is so; an hour at most. */
async function pass(
  clock: FakeClock,
  { nodes, isDone }: { nodes: readonly MeshNode[]; isDone: () => boolean },
): Promise<void> {
  for (let second = 0; second < 3600; second++) {
    for (const { members } of nodes) await members.idle();
    if (isDone()) return;
    clock.advance(1000);
  }
  throw new Error("It did not come about within an hour");
}

/** Starts a seed, and others that know nothing but it. */
async function startMesh(count: number) {
  const clock = new FakeClock();
  const seed = await startMeshNode({}, { clock });
  const nodes = [seed];
  while (nodes.length < count) {
    nodes.push(await startMeshNode({ peers: [seed.origin] }, { clock }));
  }
  const isDone = () => nodes.every((node) => knowsAll(node, nodes));
  const since = clock.now();
  await pass(clock, { nodes, isDone });
  return { clock, nodes, seed, seconds: (clock.now() - since) / 1000 };
}

Deno.test("three nodes find each other by one entry of --peers, and tell of each other at /nodes", async () => {
  const { nodes, seconds } = await startMesh(3);
  assert(seconds < 30, `it took ${seconds} s`);
  const origins = nodes.map(({ origin }) => origin);
  for (const node of nodes) {
    const others = origins.filter((origin) => origin !== node.origin);
    assertEquals(await originsAt(node), others.toSorted());
    const headers = { accept: "application/json" };
    const facts = await (await fetch(node.origin, { headers })).json();
    assertEquals(facts.nodes, 2);
    for (const other of nodes) {
      if (other === node) continue;
      assertEquals(other.members.find(node.origin)!.key, facts.key);
    }
    const page = await (await fetch(`${node.origin}/nodes`)).text();
    for (const other of others) assert(page.includes(`href="${other}"`));
  }
  await closeAll(nodes);
});

Deno.test("a node that is restarted from its data directory finds the others while the seed is gone", async () => {
  const dataDir = await Deno.makeTempDir();
  const { clock, nodes: [seed, other] } = await startMesh(2);
  const peers = [seed!.origin];
  const first = await startMeshNode({ dataDir, peers }, { clock });
  const nodes = [seed!, other!, first];
  const isDone = () => nodes.every((node) => knowsAll(node, nodes));
  await pass(clock, { nodes, isDone });
  const key = first.parts.mesh!.key.text;
  await closeAll([first, seed!]);
  const again = await startMeshNode({ dataDir }, { clock });
  assertEquals(again.parts.mesh!.key.text, key);
  assert(again.members.find(other!.origin) !== undefined);
  await again.members.idle();
  const { answered, unreachable } = again.members.totals.probes;
  assertEquals({ answered, unreachable }, { answered: 1, unreachable: 1 });
  await closeAll([other!, again]);
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("a node that dies is dropped after three probes without an answer", async () => {
  const { clock, nodes } = await startMesh(3);
  const dead = nodes.pop()!;
  await closeAll([dead]);
  const failures = new Set<number>();
  const isDone = () => {
    const [first] = nodes;
    const member = first!.members.find(dead.origin);
    if (member !== undefined) failures.add(member.failures);
    return nodes.every(({ members }) =>
      members.find(dead.origin) === undefined
    );
  };
  await pass(clock, { nodes, isDone });
  assertEquals([...failures], [0, 1, 2]);
  assertEquals(nodes.map(({ members }) => members.totals.dropped), [1, 1]);
  for (const node of nodes) assert(knowsAll(node, nodes));
  await closeAll(nodes);
});

Deno.test("a node whose own network is down forgets nobody, and tells nobody of them", async () => {
  const { clock, nodes: [other, node] } = await startMesh(2);
  await closeAll([other!]);
  const { members } = node!;
  const isDone = () => members.find(other!.origin)!.failures === 12;
  await pass(clock, { nodes: [node!], isDone });
  assertEquals(members.totals.dropped, 0);
  assertEquals(await originsAt(node!), []);
  await closeAll([node!]);
});

Deno.test("a member that has another key after a restart is known by that one from then on", async () => {
  const { clock, nodes: [first, node] } = await startMesh(2);
  await closeAll([first!]);
  const again = await startMeshNode({ port: first!.port }, { clock });
  const { key } = again.parts.mesh!;
  const isDone = () => node!.members.find(first!.origin)!.key === key.text;
  assert(!isDone());
  await pass(clock, { nodes: [node!, again], isDone });
  await closeAll([again, node!]);
});

Deno.test("a member with a link is probed every minute", async () => {
  const { clock, nodes: [other, node] } = await startMesh(2);
  const { members } = node!;
  clock.advance(3_600_000);
  await members.idle();
  members.setLinks(new Map([[other!.origin, {}]]));
  assert(members.isLinked(other!.origin));
  const before = members.totals.probes.answered;
  const until = clock.now() + 600_000;
  await pass(clock, { nodes: [node!], isDone: () => clock.now() >= until });
  const probes = members.totals.probes.answered - before;
  assert(probes >= 10 && probes <= 12, `${probes} probes in ten minutes`);
  await closeAll([other!, node!]);
});

Deno.test("a node that is heard of by its address and by its name at once is found", async () => {
  const clock = new FakeClock();
  const found = await startMeshNode({}, { clock });
  const { port, origin } = found;
  for (const chance of [0, 0.999]) { // which of the two is looked at first
    const surroundings = { clock, random: () => chance };
    const seeker = await startMeshNode({ publicUrl: null }, surroundings);
    seeker.members.hearHost({ host: "127.0.0.1", port });
    seeker.members.hear(origin, "somebody");
    clock.advance(1000);
    await seeker.members.idle();
    assert(seeker.members.find(origin) !== undefined);
    await closeAll([seeker]);
  }
  await closeAll([found]);
});

Deno.test("a node that was not there when it was heard of is found once it is, since it asks others itself", async () => {
  const { clock, nodes: [node] } = await startMesh(1);
  const port = freePort();
  node!.members.hear(`http://127.0.0.1:${port}`, "somebody");
  await pass(clock, {
    nodes: [node!],
    isDone: () => node!.members.totals.probes.unreachable === 1,
  });
  const peers = [node!.origin];
  const late = await startMeshNode({ port, peers }, { clock });
  const startedAt = clock.now();
  const isDone = () => node!.members.find(late.origin) !== undefined;
  await pass(clock, { nodes: [node!, late], isDone });
  assert(clock.now() - startedAt <= 5000);
  await closeAll([node!, late]);
});
