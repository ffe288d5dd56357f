/** One case, from quiet to quiet, and what was seen each second. */

import type { Config } from "../../server/config.ts";
import { Attacker } from "./attacker.ts";
import {
  AFTER_SECONDS,
  ATTACK_SECONDS,
  type AttackCase,
  QUIET_SECONDS,
} from "./cases.ts";
import { createRandom, drawWait } from "./chance.ts";
import { SimulatedNode } from "./simulated_node.ts";
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

/** Runs a case; `onSecond` hears of progress. */
export async function runTrial(
  { name, title, conductAt, inOneRoom = false }: AttackCase,
  world: World,
  onSecond: (done: number, all: number) => void = () => {},
): Promise<TrialResult> {
  const random = createRandom(world.seed);
  const timeline = new Timeline();
  const node = await SimulatedNode.create(timeline, { ...world, random });
  const attacker = new Attacker({ timeline, node, random }, {
    hashesPerSecond: world.attackHashesPerSecond,
    connections: world.attackConnections,
    conductAt: (seconds) => conductAt(seconds - QUIET_SECONDS),
    inOneRoom,
  });
  const posts: HonestPost[] = [];
  const { arrive } = visitors({ timeline, node, random }, { world, posts });
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
      attackAccepted: attacker.totals.accepted - accepted,
    });
    ({ threadMs } = node);
    ({ accepted } = attacker.totals);
    onSecond(second, all);
  }
  node.parts.close();
  return { name, title, seconds, posts };
}

/** Honest people, who come by chance. */
function visitors(
  parts: ConstructorParameters<typeof Visitor>[0],
  { world, posts }: { world: World; posts: HonestPost[] },
): { arrive: () => void } {
  const { timeline, random } = parts;
  const { devices, visitorsPerSecond } = world;
  let arrived = 0;
  function arrive(): void {
    const index = arrived++;
    const visitor = new Visitor(parts, {
      device: drawDevice(devices, random()),
      room: Math.floor(index / VISITORS_PER_ROOM).toString(16)
        .padStart(40, "0"),
      address: `10.${index >> 16 & 255}.${index >> 8 & 255}.${index & 255}`,
      onPost: (post) => posts.push(post),
    });
    visitor.start();
    timeline.after(drawWait(random, 1000 / visitorsPerSecond), arrive);
  }
  return { arrive };
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
