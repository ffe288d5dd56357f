/** Nodes on hosts of their own, whose processes and networks fail while a room goes on. */

import { assert, assertEquals } from "@std/assert";
import { type RoomHash, roomPath } from "@sigmesh/core/wire";
import { NodeClient } from "../client/node_client.ts";
import { Homes, seedOf } from "./mesh/links/homes.ts";
import { type NodeProcess, startNodeProcess } from "./testing/node_process.ts";
import { type PrivateDht, startPrivateDht } from "./testing/private_dht.ts";
import { RoomFollower } from "./testing/room_follower.ts";
import {
  type Home as Host,
  networkMissing,
  TestNetwork,
} from "./testing/test_network.ts";

const ROOM = crypto.getRandomValues(new Uint8Array(20)).toHex() as RoomHash;
const CURVE = { idleWork: 2 ** 16, fullWork: 2 ** 16 };
const PAUSE_MS = 400;
/** For what has no promised time, on any machine. */
const PATIENCE_MS = 60_000;
const PROMISED_MS = 5000;

/** A node, its host and who listens there. */
interface Site {
  readonly host: Host;
  readonly origin: string;
  readonly follower: RoomFollower;
  process: NodeProcess;
}

/** All of them, and who posts there. */
class Mesh implements AsyncDisposable {
  readonly sites: Site[] = [];
  /** Where posts are made, in turn. */
  open: Site[] = [];
  /** Those that were taken. */
  readonly posts: string[] = [];
  readonly #followers = new AsyncDisposableStack();
  readonly #folder: string;
  readonly #bootstrap: string;
  #wakes: (() => void)[] = [];
  #isOver = false;
  #failure: unknown;
  #posting: Promise<void> = Promise.resolve();

  constructor(folder: string, { bootstrap }: PrivateDht) {
    this.#folder = folder;
    this.#bootstrap = bootstrap.map(({ host, port }) => `${host}:${port}`)
      .join();
  }

  /** Starts a node on a host; again with what it kept there. */
  startNode(host: Host): Promise<NodeProcess> {
    return startNodeProcess(CURVE, {
      within: ["ip", "netns", "exec", host.namespace],
      options: [
        ...["--host", host.address, "--port", "8000"],
        ...["--public-url", `http://${host.address}:8000`],
        ...["--allow-private", "--no-turn"],
        ...["--dht-port", "6881", "--dht-bootstrap", this.#bootstrap],
        ...["--data-dir", `${this.#folder}/${host.address}`],
      ],
    });
  }

  /** A host gets a node, and somebody who listens there. */
  async settle(host: Host): Promise<void> {
    const process = await this.startNode(host);
    const path = roomPath(ROOM);
    const onNews = () => this.#wake();
    const follower = new RoomFollower(process, { path, onNews });
    this.#followers.use(follower);
    this.sites.push({ host, origin: process.origin, process, follower });
  }

  /** Posts about twice a second, until the end. */
  begin(): void {
    this.open = [...this.sites];
    this.#posting = this.#post().catch((failure) => {
      this.#failure = failure;
      this.#wake();
    });
  }

  /** Resolves when everybody named has all that was posted, before or meanwhile up to now. */
  async caughtUp(
    sites: readonly Site[],
    withinMs = PATIENCE_MS,
  ): Promise<void> {
    const posts = [...this.posts];
    const missing = () =>
      sites.flatMap(({ host, follower }) =>
        posts.filter((body) => !follower.bodies.has(body))
          .map((body) => `${body} at ${host.namespace}`)
      );
    await this.#until(() => missing().length === 0, withinMs);
    assertEquals(missing(), [], `after ${withinMs} ms`);
  }

  /** Resolves when so many posts more were taken. */
  async posted(count: number): Promise<void> {
    const enough = this.posts.length + count;
    assert(await this.#until(() => this.posts.length >= enough, PATIENCE_MS));
  }

  /** No posts at a site from now on; all that were made have arrived. */
  async close(site: Site, others: readonly Site[]): Promise<void> {
    this.open = this.open.filter((other) => other !== site);
    await this.posted(1); // none is under way there
    await this.caughtUp(others);
  }

  /** No posts any more. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#posting;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#posting;
    await this.#followers[Symbol.asyncDispose]();
    await Promise.all(this.sites.map(({ process }) => process.kill()));
  }

  async #post(): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      const { origin, host } = this.open[turn % this.open.length]!;
      const body = `${turn} by ${host.namespace}`;
      await new NodeClient(origin).post(ROOM, body);
      this.posts.push(body);
      this.#wake();
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }

  /** False when it is too late. */
  async #until(isDone: () => boolean, withinMs: number): Promise<boolean> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, withinMs);
    while (!isDone() && !isLate && this.#failure === undefined) {
      await new Promise<void>((resolve) => this.#wakes.push(resolve));
    }
    clearTimeout(timer);
    if (this.#failure !== undefined) throw this.#failure;
    return isDone();
  }

  #wake(): void {
    for (const wake of this.#wakes.splice(0)) wake();
  }
}

/** Asked again and again: nobody tells from outside when nodes know each other. */
async function acquainted(sites: readonly Site[]): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (const { origin } of sites) {
    const client = new NodeClient(origin);
    while ((await client.nodes()).length < sites.length - 1) {
      assert(Date.now() < deadline, `${origin} does not know all others`);
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}

/** The best home of the room first. */
function ranked(sites: readonly Site[]): Site[] {
  const homes = new Homes();
  const left = [...sites];
  for (const { origin } of left) homes.add({ origin, network: origin });
  const order: Site[] = [];
  while (left.length > 0) {
    const except = new Set(order.map(({ origin }) => origin));
    const best = homes.of(seedOf(ROOM), (name) => except.has(name))[0]!;
    const at = left.findIndex(({ origin }) => origin === best.origin);
    order.push(...left.splice(at, 1));
  }
  return order;
}

Deno.test({
  name:
    "five hosts find each other by the DHT alone, and no post is lost or doubled while nodes die, are cut off and restart, and packets are lost" +
    networkMissing,
  ignore: networkMissing !== "",
  async fn() {
    const folder = await Deno.makeTempDir();
    await using after = new AsyncDisposableStack();
    after.defer(() => Deno.remove(folder, { recursive: true }));
    await using network = await TestNetwork.start();
    const dht = await startPrivateDht(4, network.address);
    await using mesh = new Mesh(folder, dht);
    for (let i = 0; i < 5; i++) await mesh.settle(await network.home());
    await acquainted(mesh.sites);
    await dht.close(); // from now on they have only each other

    const [dies, cut, restarts, lossy, narrow] = ranked(mesh.sites);
    mesh.begin();
    await mesh.posted(10);
    await mesh.caughtUp(mesh.sites);

    const left = [cut!, restarts!, lossy!, narrow!];
    await mesh.close(dies!, mesh.sites);
    await dies!.process.kill();
    await mesh.posted(10);
    await mesh.caughtUp(left);

    await cut!.host.cutOff();
    const before = mesh.posts.length;
    await mesh.posted(80); // long enough for links to be given up, short enough for history
    const apart = mesh.posts.slice(before);
    for (const site of left) {
      const { bodies } = site.follower;
      const across = apart.filter((body) =>
        body.endsWith(cut!.host.namespace) !== (site === cut)
      );
      assert(across.length > 5 && !across.some((body) => bodies.has(body)));
    }
    await cut!.host.rejoin();
    await mesh.caughtUp(left, PROMISED_MS);

    await mesh.close(restarts!, left);
    await restarts!.process.stop();
    await mesh.posted(6);
    restarts!.process = await mesh.startNode(restarts!.host);
    await mesh.caughtUp(left);
    mesh.open.push(restarts!);

    const chance = ["--mode", "random", "--probability", "0.05"];
    await lossy!.host.drop("-m", "statistic", ...chance);
    await narrow!.host.narrow("1mbit");
    await mesh.posted(30);
    await mesh.end();
    await mesh.caughtUp(left);
    for (const { follower } of mesh.sites) assertEquals(follower.repeated, []);
  },
});
