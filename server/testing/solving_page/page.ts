/** A page of somebody who uses the packages: pays a node, solves on two workers, and meets another page. */

import { joinRoom, NodeClient, type Received } from "@sigmesh/client";
import { solve, verify } from "@sigmesh/core";

/** What the test reads. */
export interface Outcome {
  readonly paidBy: string;
  readonly isSolved: boolean;
  readonly engine: string;
  readonly threads: number;
  readonly notices: readonly string[];
}

async function payAndSolve(origin: string): Promise<Outcome> {
  const { cost } = await new NodeClient(origin).post("ab".repeat(20), "hello");
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  const height = 16;
  const { nonces, ...how } = await solve(challenge, height, { workers: 2 });
  return {
    paidBy: cost.engine,
    isSolved: verify(challenge, nonces, height).ok,
    engine: how.engine,
    threads: how.threads,
    notices: how.notices,
  };
}

/** Resolves with what the other page says. */
async function meet(nodes: string): Promise<Received> {
  const room = await joinRoom({ app: "chess" }, "table-7", { nodes });
  return new Promise((resolve) => {
    room.addEventListener("peerjoin", ({ peer }) => peer.send("hello"));
    room.addEventListener("message", ({ data }) => resolve(data));
  });
}

Object.assign(globalThis, { payAndSolve, meet });
