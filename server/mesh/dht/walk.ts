/** Walks through the DHT to a target, and asks those who are closest to it. */

import type { Buffer } from "node:buffer";
import type { Message, Rpc } from "k-rpc";

/** Somebody who answered on the way. */
export interface Replier {
  readonly id: Buffer;
  readonly host: string;
  readonly port: number;
  /** The answer, not to be trusted; its `id` is one. */
  readonly answer: Message;
}

/** What a walk is given. */
export interface WalkOptions {
  readonly query: "get" | "get_peers";
  readonly target: Buffer;
  /** Then it ends with what it has. */
  readonly timeoutMs: number;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

/** Resolves with those who answered, the closest first; never rejects. */
export async function walk(
  rpc: Rpc,
  { query, target, timeoutMs, signal }: WalkOptions,
): Promise<Replier[]> {
  const repliers: Replier[] = [];
  if (signal.aborted) return repliers;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  const end = () => resolve();
  signal.addEventListener("abort", end);
  let isOver = false;
  const place = query === "get" ? { target } : { info_hash: target };
  const message = { q: query, a: { id: rpc.id, ...place } };
  rpc.closest(target, message, ({ r }, { address, host, port }) => {
    if (isOver) return false;
    const answer = r as Message; // with an id: DhtSocket lets no other pass
    const id = answer.id as Buffer;
    repliers.push({ id, host: (address ?? host)!, port, answer });
    return true;
  }, end);
  await done;
  isOver = true;
  signal.removeEventListener("abort", end);
  clearTimeout(timer);
  return repliers.toSorted((a, b) => compareDistance(a.id, b.id, target));
}

/** By Kademlia's distance to a target. */
function compareDistance(a: Buffer, b: Buffer, target: Buffer): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? 0 : (a[at]! ^ target[at]!) - (b[at]! ^ target[at]!);
}

/** What somebody said to a query: nothing wrong, or an error's code, 0 where it has none. */
export type Verdict = { readonly ok: true } | {
  readonly ok: false;
  readonly code: number;
};

/** Those who gave a token, the closest first: to them may be written. */
export function writable(
  rpc: Rpc,
  repliers: readonly Replier[],
): readonly Replier[] {
  return repliers.filter(({ answer }) => answer.token !== undefined)
    .slice(0, rpc.k);
}

/** Sends one of them a query that writes; resolves also when no answer comes. */
export function write(
  rpc: Rpc,
  { host, port, id, answer }: Replier,
  { query, fields, signal }: {
    query: "put" | "announce_peer";
    fields: Message;
    signal: AbortSignal;
  },
): Promise<Verdict> {
  return new Promise((resolve) => {
    const fail = () => resolve({ ok: false, code: 0 });
    if (signal.aborted) return fail();
    signal.addEventListener("abort", fail);
    const a = { id: rpc.id, token: answer.token, ...fields };
    rpc.query({ host, port, id }, { q: query, a }, (error) => {
      signal.removeEventListener("abort", fail);
      const code = Number(error?.code) || 0;
      resolve(error === null ? { ok: true } : { ok: false, code });
    });
  });
}
