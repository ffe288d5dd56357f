/** The real membership of each node over a simulated network: how soon views are whole, and what they cost. */

import { NODE_ORIGIN_HEADER } from "@sigmesh/core/wire";
import { encodeBase64url } from "@sigmesh/core";
import { Membership } from "../../server/mesh/members/membership.ts";
import type {
  Network,
  ProbeReply,
  ProbeRequest,
} from "../../server/mesh/members/network.ts";
import { nodeAnswer } from "../../server/testing/node_answer.ts";
import { createRandom } from "../sim/chance.ts";
import { originOf } from "./population.ts";
import { SimulatedTime } from "./simulated_time.ts";

/** What is simulated: all know one node at the start; later a newcomer does too, and then a third crashes. */
export interface MembershipSetting {
  readonly nodes: number;
  /**
   * Of so many the membership runs, and is looked at; of all, when undefined.
   * What the others would do is taken from these: one that is asked for nodes
   * names those that a watched one would, and for each probe that it gets a
   * watched one hears of one of them, as if it had been probed.
   */
  readonly watched?: number;
  readonly minutes: number;
  /** When one more node comes, milliseconds. */
  readonly newcomerAtMs: number;
  readonly crashAtMs: number;
  readonly seed: number;
}

/** A minute of it; means over nodes alive that are watched. */
export interface MembershipMinute {
  readonly minute: number;
  /** Share of the nodes alive that a view has. */
  readonly known: number;
  /** Share of a view that is dead. */
  readonly dead: number;
  readonly probesPerSecond: number;
  /** The same share of the newcomer's view, and of views that have the newcomer. */
  readonly newcomerKnows?: number;
  readonly newcomerKnown?: number;
}

const ROUND_TRIP_MS = 100;
const TIMEOUT_MS = 3000;

interface Peer {
  readonly index: number;
  readonly members: Membership;
}

/** What was seen. */
export interface MembershipResult {
  readonly setting: MembershipSetting;
  readonly minutes: readonly MembershipMinute[];
}

/** Runs it. */
export async function runMembership(
  setting: MembershipSetting,
  onMinute: (minute: MembershipMinute) => void = () => {},
): Promise<MembershipResult> {
  const { nodes, watched = nodes, newcomerAtMs, crashAtMs } = setting;
  const mesh = new MembershipMesh(setting.seed);
  for (let index = 0; index < watched; index++) mesh.bear(index);
  for (let index = watched; index < nodes; index++) mesh.bearUnwatched(index);
  mesh.time.after(newcomerAtMs, () => mesh.bear(nodes));
  mesh.time.after(crashAtMs, () => {
    for (let index = 1; index < nodes; index += 3) mesh.kill(index);
  });
  const minutes: MembershipMinute[] = [];
  for (let minute = 1; minute <= setting.minutes; minute++) {
    await mesh.time.runTo(minute * 60_000);
    minutes.push({ minute, ...mesh.look(nodes) });
    onMinute(minutes.at(-1)!);
  }
  return { setting, minutes };
}

class MembershipMesh {
  readonly time = new SimulatedTime();
  readonly #random: () => number;
  /** Those that are watched, alive. */
  readonly #peers = new Map<string, Peer>();
  /** All others that are alive. */
  readonly #unwatched = new Map<string, number>();
  /** What to draw from; some have died since. */
  readonly #drawn: { peers: Peer[]; unwatched: number[] } = {
    ...{ peers: [], unwatched: [] },
  };
  #probes = 0;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  bear(index: number): void {
    const origin = originOf(index);
    const members = new Membership({
      ...{ clock: this.time, random: this.#random, origin, store: null },
      network: this.#networkOf(index),
      key: keyOf(index),
      allowPrivate: false,
      peers: index === 0 ? [] : [originOf(0)],
      info: () => {},
      warn: () => {},
      onFault: (fault) => {
        throw fault;
      },
    });
    const peer = { index, members };
    this.#peers.set(origin, peer);
    this.#drawn.peers.push(peer);
    this.time.after(this.#random() * 1000, () => void members.start());
  }

  bearUnwatched(index: number): void {
    this.#unwatched.set(originOf(index), index);
    this.#drawn.unwatched.push(index);
    const first = this.#peers.get(originOf(0))!;
    this.time.after(this.#random() * 1000, () => hearOf(first, index));
  }

  kill(index: number): void {
    const origin = originOf(index);
    this.#unwatched.delete(origin);
    void this.#peers.get(origin)?.members.close();
    this.#peers.delete(origin);
  }

  /** How things stand; of probes, those since the last look. */
  look(newcomer: number): Omit<MembershipMinute, "minute"> {
    const peers = [...this.#peers.values()];
    const shares = peers.map(({ members }) => {
      const views = [...members.all()].map(({ origin }) => origin);
      const alive = views.filter((origin) => this.#isAlive(origin)).length;
      return {
        known: alive / (peers.length + this.#unwatched.size - 1),
        dead: views.length === 0 ? 0 : 1 - alive / views.length,
      };
    });
    const probes = this.#probes;
    this.#probes = 0;
    const name = originOf(newcomer);
    const isThere = this.#peers.has(name);
    const at = peers.findIndex(({ index }) => index === newcomer);
    const knowing = peers.filter(({ members }) => members.find(name));
    return {
      known: mean(shares.map(({ known }) => known)),
      dead: mean(shares.map(({ dead }) => dead)),
      probesPerSecond: probes / 60 / peers.length,
      ...(isThere
        ? {
          newcomerKnows: shares[at]!.known,
          newcomerKnown: knowing.length / (peers.length - 1),
        }
        : {}),
    };
  }

  #isAlive(origin: string): boolean {
    return this.#peers.has(origin) || this.#unwatched.has(origin);
  }

  #networkOf(from: number): Network {
    return {
      resolve: (hostname) =>
        Promise.resolve([addressOf(Number(/\d+/.exec(hostname)![0]))]),
      get: (request) =>
        new Promise((done) => {
          this.#probes++;
          const isThere = this.#isAlive(request.url.origin);
          const afterMs = isThere ? ROUND_TRIP_MS : TIMEOUT_MS;
          this.time.after(afterMs, () => done(this.#answer(request, from)));
        }),
    };
  }

  #answer({ url, headers }: ProbeRequest, from: number): ProbeReply {
    const peer = this.#peers.get(url.origin);
    const index = peer?.index ?? this.#unwatched.get(url.origin);
    if (index === undefined) {
      return { ok: false, reason: "timeout", detail: "nobody is there" };
    }
    peer?.members.hear(headers[NODE_ORIGIN_HEADER]!, addressOf(from));
    if (peer === undefined) this.#mirror();
    const text = url.pathname === "/nodes"
      ? this.#listOf(peer ?? this.#drawPeer())
      : nodeAnswer({
        nowMs: this.time.now(),
        url: url.origin,
        key: keyOf(index),
      });
    return { ok: true, status: 200, body: new TextEncoder().encode(text) };
  }

  #listOf({ members }: Peer): string {
    return JSON.stringify(members.listed().map(({ origin }) => origin));
  }

  /** As many unwatched nodes probe watched ones as the other way round. */
  #mirror(): void {
    hearOf(
      this.#drawPeer(),
      this.#draw(this.#drawn.unwatched, (index) => originOf(index)),
    );
  }

  #drawPeer(): Peer {
    return this.#draw(this.#drawn.peers, ({ index }) => originOf(index));
  }

  /** One that is alive. */
  #draw<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item {
    while (true) {
      const item = items[Math.floor(this.#random() * items.length)]!;
      if (this.#isAlive(nameOf(item))) return item;
    }
  }
}

function hearOf({ members }: Peer, index: number): void {
  members.hear(originOf(index), addressOf(index));
}

/** A /24 of its own. */
function addressOf(index: number): string {
  return `${20 + (index >> 16)}.${index >> 8 & 255}.${index & 255}.7`;
}

function keyOf(index: number): string {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, index + 1);
  return encodeBase64url(bytes);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
