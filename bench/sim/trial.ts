/** One case, from quiet to quiet, and what was seen each second. */

import type { Config } from "../../server/config.ts";
import { Attacker, type Target } from "./attacker.ts";
import { call } from "./caller.ts";
import {
  AFTER_SECONDS,
  ATTACK_SECONDS,
  type AttackCase,
  QUIET_SECONDS,
} from "./cases.ts";
import { createRandom, drawWait } from "./chance.ts";
import { SimulatedNode } from "./simulated_node.ts";
import { SimulatedTurn } from "./simulated_turn.ts";
import { credentials, manyRooms, oneRoom } from "./targets.ts";
import { Timeline } from "./timeline.ts";
import { type DeviceClass, type HonestPost, Visitor } from "./visitor.ts";

/** What all cases have in common. */
export interface World {
  /** What the node can serve when it does nothing else. */
  readonly postsPerSecond: number;
  readonly devices: readonly DeviceClass[];
  /** Honest visitors, each of whom posts four times. */
  readonly visitorsPerSecond: number;
  readonly attackHashesPerSecond: number;
  readonly attackConnections: number;
  readonly seed: number;
  readonly config: Partial<Config>;
}

/** What was so at the end of a second. */
export interface Second {
  /** Since the attack began. */
  readonly second: number;
  /** As the price has it, smoothed. */
  readonly load: number;
  /** Share of this second that the node's thread was busy. */
  readonly busy: number;
  readonly pressure: number;
  /** Bits. */
  readonly height: number;
  readonly attackAccepted: number;
}

/** How a case went; posts that are still under way at its end are not among them. */
export interface TrialResult {
  readonly name: string;
  readonly title: string;
  readonly seconds: readonly Second[];
  readonly posts: readonly HonestPost[];
}

const VISITORS_PER_ROOM = 3;
/** Callers are fewer than visitors: most connect without TURN. */
const CALLERS_PER_SECOND = 0.5;

/** Runs a case; `onSecond` hears of progress. */
export async function runTrial(
  { name, title, conductAt, target = "many-rooms", addresses }: AttackCase,
  world: World,
  onSecond: (done: number, all: number) => void = () => {},
): Promise<TrialResult> {
  const random = createRandom(world.seed);
  const timeline = new Timeline();
  const turn = new SimulatedTurn();
  const node = await SimulatedNode.create(timeline, { ...world, random, turn });
  const parts = { timeline, node, turn, random };
  const { attackConnections: connections } = world;
  const attacker = new Attacker(parts, {
    hashesPerSecond: world.attackHashesPerSecond,
    connections,
    addresses: addresses ?? connections,
    conductAt: (seconds) => conductAt(seconds - QUIET_SECONDS),
    target: TARGETS[target](parts),
  });
  const posts: HonestPost[] = [];
  const isOfCalls = target === "credentials";
  const meet = isOfCalls ? meetCaller : meetVisitor;
  const perSecond = isOfCalls ? CALLERS_PER_SECOND : world.visitorsPerSecond;
  let arrived = 0;
  function arrive(): void {
    meet(parts, {
      index: arrived++,
      device: drawDevice(world.devices, random()),
      onPost: (post) => posts.push(post),
    });
    timeline.after(drawWait(random, 1000 / perSecond), arrive);
  }
  attacker.start();
  arrive();
  const seconds: Second[] = [];
  const all = QUIET_SECONDS + ATTACK_SECONDS + AFTER_SECONDS;
  let { threadMs } = node;
  let accepted = 0;
  for (let second = 1; second <= all; second++) {
    await timeline.runTo(second * 1000);
    const { pressure, height, load } = node.parts.price;
    seconds.push({
      second: second - QUIET_SECONDS,
      load: Math.max(load.cpu, load.memory),
      busy: (node.threadMs - threadMs) / 1000,
      pressure,
      height,
      attackAccepted: attacker.accepted - accepted,
    });
    ({ threadMs } = node);
    ({ accepted } = attacker);
    onSecond(second, all);
  }
  node.parts.close();
  return { name, title, seconds, posts };
}

interface Parts {
  readonly timeline: Timeline;
  readonly node: SimulatedNode;
  readonly turn: SimulatedTurn;
  readonly random: () => number;
}

const TARGETS: Record<
  NonNullable<AttackCase["target"]>,
  (parts: Parts) => Target
> = {
  "one-room": oneRoom,
  "many-rooms": ({ random }) => manyRooms(random),
  credentials,
};

/** Somebody honest who has just come. */
interface Arrival {
  readonly index: number;
  readonly device: DeviceClass;
  readonly onPost: (post: HonestPost) => void;
}

function meetVisitor(parts: Parts, { index, device, onPost }: Arrival): void {
  const room = Math.floor(index / VISITORS_PER_ROOM).toString(16)
    .padStart(40, "0");
  new Visitor(parts, { ...{ device, room, onPost }, address: addressOf(index) })
    .start();
}

function meetCaller(parts: Parts, { index, device, onPost }: Arrival): void {
  call(parts, { device, address: addressOf(index), onCall: onPost });
}

function addressOf(index: number): string {
  return `10.${index >> 16 & 255}.${index >> 8 & 255}.${index & 255}`;
}

function drawDevice(
  devices: readonly DeviceClass[],
  draw: number,
): DeviceClass {
  let below = 0;
  for (const device of devices) {
    below += device.share;
    if (draw < below) return device;
  }
  return devices.at(-1)!;
}
