/**
 * A member of a real mesh turns on the others, while their clients post. What
 * each attack does to one node is tested in the other files; here, that it does
 * nothing to the mesh. Its names and lists cost no time of their own: they are
 * looked at while the rest goes on.
 */

import { assert, assertEquals } from "@std/assert";
import { DEFAULT_CURVE, heightOf, priceOf } from "@sigmesh/core";
import { type RoomHash, roomPath } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../limits.ts";
import { Homes, seedOf } from "../mesh/links/homes.ts";
import { EFFORT_US } from "../load/effort.ts";
import type { RelayRefusal } from "../mesh/links/relay_check.ts";
import { HostileNode } from "../testing/hostile_node.ts";
import { preparePost, sendPost } from "../testing/honest_client.ts";
import { LinkPeer, mineRelayed, type ReadFrame } from "../testing/link_peer.ts";
import {
  pour,
  type ScriptedHost,
  startScriptedHost,
} from "../testing/scripted_host.ts";
import { StreamReader } from "../testing/stream_reader.ts";
import type { MeshNode } from "../testing/test_mesh.ts";
import { idleReadings } from "../testing/test_node.ts";
import { startTestnet, type Testnet } from "../testing/testnet.ts";

/** Threads that are busy with what comes by links and nothing else, whatever the machine does that runs the test. */
class Threads {
  nodes: readonly MeshNode[] = [];
  #samples = 0;
  #onSample = () => {};

  readonly read = () => {
    this.#samples++;
    this.#onSample();
    const received = this.nodes.reduce(
      (sum, node) => sum + federationOf(node).totals.received / 4,
      0,
    );
    const threadMs = received * EFFORT_US.relayed / 1000;
    return { ...idleReadings(), threadMs };
  };

  /** Resolves when they have been read so many times from now on. */
  async sampled(times: number): Promise<void> {
    const end = this.#samples + times;
    while (this.#samples < end) {
      await new Promise<void>((resolve) => this.#onSample = resolve);
    }
  }
}

/** Clients on all honest nodes, in one room. */
class Clients implements AsyncDisposable {
  readonly #nodes: readonly MeshNode[];
  readonly #path: string;
  readonly #readers: StreamReader[] = [];
  readonly #posted: string[] = [];

  private constructor(nodes: readonly MeshNode[], room: RoomHash) {
    this.#nodes = nodes;
    this.#path = roomPath(room);
  }

  static async join(
    nodes: readonly MeshNode[],
    room: RoomHash,
  ): Promise<Clients> {
    const clients = new Clients(nodes, room);
    for (const node of nodes) {
      clients.#readers.push(await StreamReader.open(node, clients.#path));
    }
    return clients;
  }

  /** Each posts, and all hear all, each post once and nothing else. */
  async meet(): Promise<void> {
    for (const [n, node] of this.#nodes.entries()) {
      const body = `${this.#posted.length} from node ${n}`;
      await this.#post(node, body);
      this.#posted.push(body);
    }
    for (const reader of this.#readers) {
      const heard = await reader.until(this.#posted.length);
      assertEquals(heard.toSorted(), this.#posted.toSorted());
    }
  }

  /** As clients do, once more where the price has risen meanwhile. */
  async #post(node: MeshNode, body: string): Promise<void> {
    const fates = [];
    while (fates.length < 3 && fates.at(-1) !== "accepted") {
      const post = await preparePost(node, { path: this.#path, body });
      fates.push(await sendPost(node, post));
    }
    assertEquals(fates.at(-1), "accepted", `${fates}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const reader of this.#readers) await reader[Symbol.asyncDispose]();
  }
}

/** What the steps of the siege work with. */
interface Siege {
  readonly threads: Threads;
  readonly testnet: Testnet;
  readonly nodes: readonly MeshNode[];
  readonly victim: ScriptedHost;
  readonly hostile: HostileNode;
  /** Its best home is the hostile node. */
  readonly room: RoomHash;
  /** Links that the hostile node dialled, one to each. */
  readonly own: readonly LinkPeer[];
  /** Honest clients post in that room, and in one that the hostile node has no part in. */
  readonly meet: () => Promise<void>;
  readonly mine: (
    change?: Partial<Parameters<typeof mineRelayed>[0]>,
  ) => ReturnType<typeof mineRelayed>;
}

async function laySiege(stack: AsyncDisposableStack): Promise<Siege> {
  const threads = new Threads();
  const testnet = stack.use(
    await startTestnet(4, { readings: threads.read }),
  );
  const victim = stack.use(
    await startScriptedHost((socket) => socket.destroy()),
  );
  const hostile = stack.use(await startHostileNode(victim));
  await testnet.acquainted();
  const nodes = [...testnet.nodes];
  threads.nodes = nodes;
  for (const { origin, members } of nodes) {
    await hostile.visit({ origin });
    await until(() => members.find(hostile.origin) !== undefined);
  }
  const room = roomAt(0, { hostile, nodes });
  const there = stack.use(await Clients.join(nodes, room));
  const safe = roomAt(-1, { hostile, nodes });
  const elsewhere = stack.use(await Clients.join(nodes, safe));
  await hostile.dialled(nodes.length);
  const own: LinkPeer[] = [];
  for (const node of nodes) {
    const link = stack.use(await LinkPeer.dial(node));
    link.subscribe(room);
    await link.flushed();
    own.push(link);
  }
  return {
    ...{ threads, testnet, nodes, victim, hostile, room, own },
    async meet() {
      await there.meet();
      await elsewhere.meet();
    },
    mine: (change) =>
      mineRelayed({
        ...{ room, origin: hostile.origin, signer: hostile.key },
        ...{ issuedAt: nowSeconds(), ...change },
      }),
  };
}

/** Lists others without end, or the victim by two names and 150 that are none. */
function startHostileNode({ port }: ScriptedHost): Promise<HostileNode> {
  const named = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
  for (let n = 0; n < 150; n++) named.push(`http://127.0.0.1:${2000 + n}`);
  let lists = 0;
  return HostileNode.start((response) => {
    if (lists++ % 2 === 0) return response.end(JSON.stringify(named));
    pour(response.socket!, {
      head: "HTTP/1.1 200 OK\r\n\r\n[",
      again: '"https://fake.example",',
    });
  });
}

/** A room that has the hostile node as its best home, or not at all. */
function roomAt(
  rank: 0 | -1,
  { hostile, nodes }: Pick<Siege, "hostile" | "nodes">,
): RoomHash {
  const homes = new Homes();
  for (const { origin } of [hostile, ...nodes]) {
    homes.add({ origin, network: origin });
  }
  while (true) {
    const room = crypto.getRandomValues(new Uint8Array(20)).toHex();
    const ranked = homes.of(seedOf(room)).map(({ origin }) => origin);
    if (ranked.indexOf(hostile.origin) === rank) return room as RoomHash;
  }
}

/** Looks again each turn: what is awaited has no event. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

function federationOf({ parts }: MeshNode) {
  return parts.links!.federation;
}

const lies: [
  name: string,
  lie: (siege: Siege, heard: ReadFrame) => object | Promise<object>,
  reason: RelayRefusal,
][] = [
  ["replays", (_, heard) => heard, "duplicate"],
  [
    "changes bodies",
    async ({ mine }) => ({ ...await mine(), body: "changed" }),
    "too-little-work",
  ],
  [
    "claims another's origin",
    ({ mine, nodes }) => mine({ origin: nodes[0]!.origin }),
    "forged",
  ],
  [
    "claims it without a signature",
    async ({ mine, nodes }) => ({
      ...await mine({ origin: nodes[0]!.origin }),
      signature: undefined,
    }),
    "unsigned",
  ],
  [
    "dates tokens into the future",
    ({ mine }) => mine({ issuedAt: nowSeconds() + 60 }),
    "from-future",
  ],
];

/** Told to all, by the links that they dialled and by those that the liar did. */
async function tell(siege: Siege, lie: object, reason: RelayRefusal) {
  const { nodes, own, hostile, meet } = siege;
  const counts = () =>
    nodes.map((node) => federationOf(node).totals.refused[reason]);
  const before = counts();
  for (const link of [...own, ...hostile.links]) link.send(lie);
  await meet();
  await until(() => counts().every((count, n) => count >= before[n]! + 2));
}

/** Frames are read for three seconds and more, which takes a third of the first. */
async function flood({ threads, nodes, own, meet }: Siege, frame: object) {
  const heights = () => nodes.map(({ parts }) => parts.price.height);
  const before = heights();
  for (const link of own) {
    for (let sent = 0; sent < 12_000; sent++) link.send(frame);
  }
  await meet();
  await threads.sampled(3 * nodes.length);
  const rises = heights().map((height, n) => height - before[n]!);
  const paid = priceOf({ load: 0.05, pressure: 1, curve: DEFAULT_CURVE });
  const risePaid = heightOf(paid) - before[0]!;
  assert(Math.max(...rises) < risePaid / 4, `${rises} of ${risePaid} bits`);
}

async function subscribeToThousands({ nodes, meet }: Siege) {
  const sizes = () => nodes.map((node) => federationOf(node).size);
  const before = sizes();
  await using link = await LinkPeer.dial(nodes[0]!);
  for (let n = 0; n < 8000; n++) {
    link.subscribe(n.toString(16).padStart(40, "0") as RoomHash);
  }
  await link.flushed();
  assert(sizes()[0]! >= 8000);
  await meet();
  link.ws.terminate();
  await until(() => sizes().every((size, n) => size <= before[n]!));
}

const rubbish: [name: string, send: (link: LinkPeer) => void][] = [
  ["giant frames", (link) => link.send("x".repeat(100_000))],
  [
    "frames without end",
    ({ ws }) => {
      for (let n = 0; n < 20; n++) ws.send("x".repeat(1000), { fin: false });
    },
  ],
  ["what is no frame", (link) => link.send("subscribe, please")],
];

async function sendRubbish(
  { nodes, hostile, meet }: Siege,
  send: (link: LinkPeer) => void,
) {
  const links = [...hostile.links];
  for (const node of nodes) links.push(await LinkPeer.dial(node));
  for (const link of links) send(link);
  await meet();
  for (const link of links) await link.closed;
}

function assertNamedInVain({ nodes, victim }: Siege) {
  const most = SERVER_LIMITS.candidatesPerSource;
  for (const { members } of nodes) {
    assertEquals(members.size, nodes.length);
    assert(members.waiting <= most, `${members.waiting} wait`);
    const { answered: _, self: __, ...vain } = members.totals.probes;
    const asked = Object.values(vain).reduce((sum, count) => sum + count);
    assert(asked <= 2 * most, JSON.stringify(vain));
  }
  assertEquals(new Set(victim.requests), new Set(["GET / HTTP/1.1"]));
  assert(victim.requests.length <= nodes.length, `${victim.requests}`);
}

async function assertWholeWithout(siege: Siege) {
  await siege.hostile[Symbol.asyncDispose]();
  await siege.meet();
  const fresh = roomAt(0, siege);
  await using after = await Clients.join(siege.nodes, fresh);
  await after.meet();
}

Deno.test("a member that turns on the mesh costs it bounded memory, no post, and no client's money", async (t) => {
  await using stack = new AsyncDisposableStack();
  const siege = await laySiege(stack);
  await siege.meet();
  const [heard] = await siege.own[0]!.until("message");
  for (const [name, lie, reason] of lies) {
    await t.step(`it ${name}`, async () => {
      await tell(siege, await lie(siege, heard!), reason);
    });
  }
  await t.step(
    "it floods, and only what is paid for is in the price",
    () => flood(siege, heard!),
  );
  await t.step(
    "it subscribes to thousands of rooms, which go with its link",
    () => subscribeToThousands(siege),
  );
  for (const [name, send] of rubbish) {
    await t.step(
      `it sends ${name}, and its links end`,
      () => sendRubbish(siege, send),
    );
  }
  await t.step(
    "what it names is looked at once, and is no member",
    () => assertNamedInVain(siege),
  );
  await t.step("the mesh is whole without it", () => assertWholeWithout(siege));
  assertEquals(siege.testnet.faults, []);
});
