/** A page of somebody who uses the packages: pays a node, and solves on two workers. */

import { NodeClient } from "@sigmesh/client";
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

Object.assign(globalThis, { payAndSolve });
