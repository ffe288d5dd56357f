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
  readonly minutes: number;
  /** When one more node comes, milliseconds. */
  readonly newcomerAtMs: number;
  readonly crashAtMs: number;
  readonly seed: number;
}

/** A minute of it; means over nodes alive. */
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

/** Runs it. */
export async function runMembership(
  setting: MembershipSetting,
  onMinute: (minute: MembershipMinute) => void = () => {},
): Promise<MembershipMinute[]> {
  const { nodes, newcomerAtMs, crashAtMs } = setting;
  const mesh = new MembershipMesh(setting.seed);
  for (let index = 0; index < nodes; index++) mesh.bear(index);
  mesh.time.after(newcomerAtMs, () => mesh.bear(nodes));
  mesh.time.after(crashAtMs, () => {
    for (let index = 1; index < nodes / 3; index++) mesh.kill(index);
  });
  const seen: MembershipMinute[] = [];
  for (let minute = 1; minute <= setting.minutes; minute++) {
    await mesh.time.runTo(minute * 60_000);
    seen.push({ minute, ...mesh.look(nodes) });
    onMinute(seen.at(-1)!);
  }
  return seen;
}

class MembershipMesh {
  readonly time = new SimulatedTime();
  readonly #random: () => number;
  readonly #peers = new Map<string, Peer>();
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
    this.#peers.set(origin, { index, members });
    this.time.after(this.#random() * 1000, () => void members.start());
  }

  kill(index: number): void {
    const origin = originOf(index);
    void this.#peers.get(origin)?.members.close();
    this.#peers.delete(origin);
  }

  /** How things stand; of probes, those since the last look. */
  look(newcomer: number): Omit<MembershipMinute, "minute"> {
    const peers = [...this.#peers.values()];
    const shares = peers.map(({ members }) => {
      const views = [...members.all()].map(({ origin }) => origin);
      const alive = views.filter((origin) => this.#peers.has(origin)).length;
      return {
        known: alive / (peers.length - 1),
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

  #networkOf(from: number): Network {
    return {
      resolve: (hostname) =>
        Promise.resolve([addressOf(Number(/\d+/.exec(hostname)![0]))]),
      get: (request) =>
        new Promise((done) => {
          this.#probes++;
          const isThere = this.#peers.has(request.url.origin);
          const afterMs = isThere ? ROUND_TRIP_MS : TIMEOUT_MS;
          this.time.after(afterMs, () => done(this.#answer(request, from)));
        }),
    };
  }

  #answer({ url, headers }: ProbeRequest, from: number): ProbeReply {
    const peer = this.#peers.get(url.origin);
    if (peer === undefined) {
      return { ok: false, reason: "timeout", detail: "nobody is there" };
    }
    const { members, index } = peer;
    members.hear(headers[NODE_ORIGIN_HEADER]!, addressOf(from));
    const text = url.pathname === "/nodes"
      ? JSON.stringify(members.listed().map(({ origin }) => origin))
      : nodeAnswer({
        nowMs: this.time.now(),
        url: url.origin,
        key: keyOf(index),
      });
    return { ok: true, status: 200, body: new TextEncoder().encode(text) };
  }
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
