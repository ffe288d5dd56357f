/** Who lives when, and who shares rooms with whom: drawn before anything happens. Pure. */

import { parseRoomHash, type RoomHash } from "@sigmesh/core/wire";
import { drawWait } from "../sim/chance.ts";

const HOUR_MS = 3_600_000;
/** After a crash another node, of a new name and network, takes the place. */
const VACANT_MS = 10_000;

/** One node, from start to crash. */
export interface Life {
  readonly index: number;
  readonly origin: string;
  /** Rooms that are used on it. */
  readonly rooms: readonly RoomHash[];
  /** Milliseconds; 0 for those that are there from the start. */
  readonly bornAtMs: number;
  readonly diesAtMs: number;
}

/** What a mesh is made of. */
export interface PopulationSetting {
  readonly nodes: number;
  readonly roomsPerNode: number;
  readonly nodesPerRoom: number;
  readonly durationMs: number;
  /** Share of nodes that crash in an hour. */
  readonly churn: number;
  /** When a third of all crashes at once. */
  readonly crashAtMs?: number;
  readonly random: () => number;
}

/** All that ever live. The places of those that crash together stay empty. */
export function drawLives(setting: PopulationSetting): Life[] {
  const { nodes, durationMs, churn, crashAtMs = Infinity, random } = setting;
  const lives: Life[] = [];
  const places = drawPlaces(setting);
  const isHit = shuffled([...places.keys()], random)
    .slice(0, Math.floor(nodes / 3));
  const hit = new Set(crashAtMs < Infinity ? isHit : []);
  for (const [place, rooms] of places.entries()) {
    const endMs = hit.has(place) ? crashAtMs : Infinity;
    let bornAtMs = 0;
    while (bornAtMs < Math.min(durationMs, endMs)) {
      const naturalMs = bornAtMs + drawWait(random, HOUR_MS / churn);
      const diesAtMs = Math.min(naturalMs, endMs);
      const index = lives.length;
      const origin = originOf(index);
      lives.push({ index, origin, rooms, bornAtMs, diesAtMs });
      bornAtMs = diesAtMs + VACANT_MS;
    }
  }
  return lives;
}

export function originOf(index: number): string {
  return `https://n${index}.example`;
}

/** The rooms of each place: everywhere as many, each in as many places, none twice in one. */
function drawPlaces(
  { nodes, roomsPerNode, nodesPerRoom, random }: PopulationSetting,
): RoomHash[][] {
  const places: RoomHash[][] = Array.from({ length: nodes }, () => []);
  let rooms = 0;
  for (let round = 0; round < roomsPerNode; round++) {
    for (const [at, place] of shuffled([...places.keys()], random).entries()) {
      places[place]!.push(roomHash(rooms + Math.floor(at / nodesPerRoom)));
    }
    rooms += Math.ceil(nodes / nodesPerRoom);
  }
  return places;
}

function roomHash(number: number): RoomHash {
  return parseRoomHash(number.toString(16).padStart(40, "0"))!;
}

function shuffled<Item>(items: Item[], random: () => number): Item[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [items[at], items[other]] = [items[other]!, items[at]!];
  }
  return items;
}
