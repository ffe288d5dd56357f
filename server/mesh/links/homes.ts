/**
 * Which nodes are the homes of a room: the first of a ranking that every node
 * computes alike (rendezvous hashing). Pure.
 *
 * Networks are ranked, and then the nodes of a network: names are free, /24s
 * are not. Each text is hashed once by SHA-256 and pairs of hashes are mixed by
 * a few multiplications: with a SHA-256 for each pair a room among 16,384
 * networks would cost 16 ms, not a quarter of one, and be no harder to aim at,
 * since whoever owns a network cannot choose its hash.
 */

import { sha256 } from "@sigmesh/core";

/** Nodes that join all others where a room is active. */
export const HOMES_PER_ROOM = 3;

/** A node that may be a home. */
export interface Candidate {
  readonly origin: string;
  readonly network: string;
}

/** The first 8 bytes of a hash. */
export interface Seed {
  readonly high: number;
  readonly low: number;
}

/** Of a room, a network or an origin: `H("sigmesh/1 home\n" text)`. */
export function seedOf(text: string): Seed {
  const view = new DataView(sha256("sigmesh/1 home\n", text).buffer);
  return { high: view.getUint32(0), low: view.getUint32(4) };
}

/** The higher, the better: 53 bits. */
export function scoreOf(room: Seed, other: Seed): number {
  const high = room.high ^ other.high;
  const first = mix(mix(high) ^ room.low ^ other.low);
  return (first >>> 0) * 2 ** 21 + (mix(first ^ high) >>> 11);
}

/** MurmurHash3's finaliser: each bit of the input moves half of the output. */
function mix(bits: number): number {
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** A candidate that was ranked. */
export interface Home extends Candidate {
  /** Of its network, by {@linkcode scoreOf}. */
  readonly score: number;
}

interface Network {
  readonly name: string;
  readonly seed: Seed;
  readonly origins: Map<string, Seed>;
}

/** Tells of an origin whether it is no home, whatever its rank. */
export type IsPassedOver = (origin: string) => boolean;

const NOBODY: IsPassedOver = () => false;

/** What a node asks of {@linkcode Homes}; a simulation has its nodes share one. */
export type Ranking = Pick<Homes, "add" | "delete" | "of" | "entrance">;

/** Knows the candidates by network. */
export class Homes {
  readonly #networks = new Map<string, Network>();

  add({ origin, network: name }: Candidate): void {
    let network = this.#networks.get(name);
    if (network === undefined) {
      network = { name, seed: seedOf(name), origins: new Map() };
      this.#networks.set(name, network);
    }
    network.origins.set(origin, seedOf(origin));
  }

  delete({ origin, network: name }: Candidate): void {
    const network = this.#networks.get(name);
    network?.origins.delete(origin);
    if (network?.origins.size === 0) this.#networks.delete(name);
  }

  /** The homes of a room, the best first, but for those that are passed over. */
  of(room: Seed, isPassedOver = NOBODY): Home[] {
    const best: { score: number; name: string; network: Network }[] = [];
    let least = -1;
    for (const network of this.#networks.values()) {
      const score = scoreOf(room, network.seed);
      if (score < least) continue;
      if ([...network.origins.keys()].every(isPassedOver)) continue;
      best.push({ score, name: network.name, network });
      best.sort(compare).splice(HOMES_PER_ROOM);
      least = best[HOMES_PER_ROOM - 1]?.score ?? -1;
    }
    return best.map(({ score, network }) => ({
      origin: bestOf(network, { room, isPassedOver }),
      network: network.name,
      score,
    }));
  }

  /**
   * Whether a candidate that has come changes a room's homes: one mixing, where
   * computing them takes one for each network.
   */
  entrance(
    { network }: Candidate,
  ): (room: Seed, homes: readonly Home[]) => boolean {
    const seed = seedOf(network);
    return (room, homes) => {
      const last = homes[HOMES_PER_ROOM - 1];
      return last === undefined || scoreOf(room, seed) >= last.score ||
        homes.some((home) => home.network === network);
    };
  }
}

/** The better one first; equal scores are not expected, and are no reason to differ. */
function compare(
  one: { score: number; name: string },
  other: { score: number; name: string },
): number {
  return other.score - one.score || (one.name < other.name ? -1 : 1);
}

function bestOf(
  { origins }: Network,
  { room, isPassedOver }: { room: Seed; isPassedOver: IsPassedOver },
): string {
  const ranked = [...origins].filter(([name]) => !isPassedOver(name))
    .map(([name, seed]) => ({ name, score: scoreOf(room, seed) }));
  return ranked.sort(compare)[0]!.name;
}
