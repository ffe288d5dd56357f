/**
 * How long a post takes to a reader on its own node and to one on another, over
 * a link on loopback; and how soon two nodes that never met carry a first one.
 * Nodes, readers and sender share a thread: both figures hold all of their work.
 */

import { Command } from "commander";
import {
  freshRoomPath,
  preparePost,
  sendPost,
} from "../server/testing/honest_client.ts";
import type { StreamReader } from "../server/testing/stream_reader.ts";
import { RunningMesh } from "../server/testing/fixed_mesh.ts";
import { amount } from "./load/options.ts";

const { posts, pairs } = new Command("mesh_latency")
  .option("--posts <number>", "posts that are measured", amount, 200)
  .option("--pairs <number>", "pairs of nodes that meet", amount, 20)
  .parse(Deno.args, { from: "user" }).opts();

/** Milliseconds until a reader has one message more. */
async function timeToNext(reader: StreamReader, since: number) {
  await reader.until(reader.messages.length + 1);
  return performance.now() - since;
}

async function measureDelivery(count: number) {
  await using mesh = await RunningMesh.start({ size: 2 });
  const [one, other] = mesh.nodes;
  const within: number[] = [];
  const across: number[] = [];
  while (within.length < count) {
    const path = freshRoomPath(); // a room's posts get dearer
    const [here, there] = [
      await mesh.read(one!, path),
      await mesh.read(other!, path),
    ];
    await mesh.post(one!, path, "first");
    await Promise.all([here.until(1), there.until(1)]);
    for (let i = 0; i < 10; i++) {
      const post = await preparePost(one!, { path, body: `${i}` });
      const since = performance.now();
      const times = [timeToNext(here, since), timeToNext(there, since)];
      await sendPost(one!, post);
      within.push((await times[0])!);
      across.push((await times[1])!);
    }
  }
  return { within, across };
}

/** From the second node's first reader to the message that was posted on the first meanwhile. */
async function measureMeeting(count: number) {
  const times: number[] = [];
  while (times.length < count) {
    await using mesh = await RunningMesh.start({ size: 2 });
    const [one, other] = mesh.nodes;
    const path = freshRoomPath();
    await mesh.read(one!, path);
    const post = await preparePost(one!, { path, body: "hello" });
    const since = performance.now();
    const reader = await mesh.read(other!, path);
    await sendPost(one!, post);
    await reader.until(1);
    times.push(performance.now() - since);
  }
  return times;
}

function row(name: string, times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(2).padStart(8);
  return `${name.padEnd(34)}${at(0.5)}${at(0.9)}${at(1)}`;
}

const { within, across } = await measureDelivery(posts);
console.log(`${"milliseconds".padEnd(34)}  median     p90     max`);
console.log(row("to a reader of the same node", within));
console.log(row("to a reader of another node", across));
console.log(
  row("first one, nodes that never met", await measureMeeting(pairs)),
);
