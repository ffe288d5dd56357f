/** What `GET /` of a node says, as a test would have it. */

import { encodeBase64url, formatToken } from "@sigmesh/core";
import { type NodeFacts, PROTOCOL } from "@sigmesh/core/wire";

/** A key that nobody has the other half of. */
export const SOME_KEY = encodeBase64url(new Uint8Array(32).fill(7));

/** JSON of a node that is all right. */
export function nodeAnswer(
  { nowMs, ...changed }:
    & Partial<Record<keyof NodeFacts, unknown>>
    & { nowMs: number },
): string {
  const claim = { issuedAt: Math.floor(nowMs / 1000), height: 16 };
  return JSON.stringify({
    name: "sigmesh",
    version: "1.2.3",
    protocol: PROTOCOL,
    token: formatToken(claim, new Uint8Array(16)),
    height: 16,
    lifetime: 120,
    weights: { room: 1 },
    limits: { postBytes: 1024 },
    load: { cpu: 0, memory: 0 },
    url: null,
    key: SOME_KEY,
    nodes: 0,
    stun: [],
    dht: null,
    contact: null,
    terms: null,
    ...changed,
  });
}
