/** What one hostile connection says, and how it leaves. */

import type { PaidPost } from "../honest_client.ts";
import { joined } from "../http2_wire.ts";
import type { Dice } from "./dice.ts";
import { mutate, split } from "./mutations.ts";
import { composeRequest, formatPost } from "./requests.ts";

/** A script for a connection. */
export interface Conversation {
  /** Written one after the other, some with a pause before. */
  readonly pieces: readonly Uint8Array[];
  readonly pauseMs: number;
  readonly ending: "read" | "ignore" | "vanish";
  /** For how long it stays, at most. */
  readonly stayMs: number;
}

const LENGTHS = [1, 1, 1, 2, 3, 20];

/** Draws a script; with a post, that is paid for and in it. */
export function composeConversation(
  dice: Dice,
  { host, post }: { host: string; post: PaidPost | undefined },
): Conversation {
  const requests = Array.from({ length: dice.pick(LENGTHS) }, (_, index) => {
    const text = post !== undefined && index === 0
      ? formatPost(dice, { host, post })
      : composeRequest(dice, { host });
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    return dice.onceIn(2) ? mutate(dice, bytes) : bytes;
  });
  return {
    pieces: split(dice, joined(requests)),
    pauseMs: dice.onceIn(4) ? dice.below(20) : 0,
    ending: dice.pick(["read", "read", "read", "ignore", "vanish"]),
    stayMs: dice.onceIn(20) ? 1000 : 20 + dice.below(100),
  };
}

/** Carries a script out. */
export async function converse(
  { port }: { port: number },
  { pieces, pauseMs, ending, stayMs }: Conversation,
): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const isRead = ending === "read";
  const read = isRead ? readToEnd(connection) : Promise.resolve();
  try {
    for (const piece of pieces) {
      for (let sent = 0; sent < piece.length;) {
        sent += await connection.write(piece.subarray(sent));
      }
      if (pauseMs > 0) await pause(pauseMs);
    }
    if (isRead) await endOrPause(read, stayMs);
    else if (ending === "ignore") await pause(stayMs);
  } catch { /* the node has ended it */ }
  try {
    connection.close();
  } catch { /* likewise */ }
  await read;
}

async function readToEnd(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  try {
    while (await connection.read(buffer) !== null);
  } catch { /* broken, or closed by us */ }
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function endOrPause(end: Promise<void>, ms: number): Promise<void> {
  let timer;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([end, late]);
  clearTimeout(timer);
}
