/** Attacks that take their time. */

import { assert, assertEquals } from "@std/assert";
import { type Dialled, preparePost, sendPost } from "./honest_client.ts";
import type { Wire } from "./wire.ts";

const DRIBBLE_MS = 500;

/** Sends some bytes now and then until the node ends the connection; returns what it said. */
export async function dribble(wire: Wire, bytes: string): Promise<string> {
  const said = wire.readToEnd();
  const timer = setInterval(() => wire.send(bytes).catch(() => {}), DRIBBLE_MS);
  const text = await said;
  clearInterval(timer);
  wire.close();
  return text;
}

/** Pays for a post every second until what is awaited has come; each is taken at once. */
export async function payUntil<T>(
  node: Dialled,
  awaited: Promise<T>,
): Promise<T> {
  let isOver = false;
  awaited.then(() => isOver = true, () => isOver = true);
  while (!isOver) {
    const asked = performance.now();
    assertEquals(await sendPost(node, await preparePost(node)), "accepted");
    assert(performance.now() - asked < 2000);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return await awaited;
}
