/** Real nodes on loopback, for tests. */

import { assertEquals } from "@std/assert";
import { type Config, DEFAULT_CONFIG } from "../config.ts";
import type { JoinedDhtConfig } from "../dht_config.ts";
import type { Readings } from "../load/gauges.ts";
import type { Contact } from "../mesh/dht/contacts.ts";
import { DEFAULT_TURN, type EmbeddedTurnConfig } from "../turn_config.ts";
import { type Node, startNode, type Surroundings } from "../node.ts";

/** A machine that does nothing, so that the price does not depend on the one that tests. */
export function idleReadings(): Readings {
  return {
    hostBusyMs: 0,
    hostTotalMs: 0,
    threadMs: 0,
    rssBytes: 0,
    hostMemoryUsed: 0,
  };
}

/** A price at which tests need not wait; far below what a node may ask. */
export const TRIVIAL_CURVE = { idleWork: 2 ** 8, fullWork: 2 ** 12 };

/** A node under test, and how to reach it. */
export interface TestNode extends Node {
  readonly origin: string;
  /** What went wrong inside, to be asserted empty. */
  readonly faults: unknown[];
}

/** TURN on free ports, relaying between sockets of this machine. */
export const LOCAL_TURN: EmbeddedTurnConfig = {
  ...DEFAULT_TURN,
  port: 0,
  tlsPort: 0,
  allowPrivate: true,
};

/** A node of a private DHT on a free port. */
export function localDht(bootstrap: readonly Contact[]): JoinedDhtConfig {
  return { kind: "joined", port: 0, isPortExplicit: true, bootstrap };
}

/** Starts a node on a free port of 127.0.0.1; without TURN and the DHT, unless they are asked for. */
export async function startTestNode(
  config: Partial<Config> = {},
  surroundings: Surroundings = {},
): Promise<TestNode> {
  const faults: unknown[] = [];
  const node = await startNode(
    {
      ...DEFAULT_CONFIG,
      host: "127.0.0.1",
      port: 0,
      isPortExplicit: true,
      curve: TRIVIAL_CURVE,
      dht: { kind: "none" },
      turn: { kind: "none" },
      mesh: false,
      ...config,
    },
    {
      readings: idleReadings,
      onFault: (fault) => faults.push(fault),
      ...surroundings,
    },
  );
  return { ...node, faults, origin: `http://127.0.0.1:${node.port}` };
}

/** Runs with a node that is closed after, and fails when something went wrong inside it. */
export async function withTestNode(
  run: (node: TestNode) => Promise<void>,
  config: Partial<Config> = {},
): Promise<void> {
  const node = await startTestNode(config);
  try {
    await run(node);
    assertEquals(node.faults, []);
  } finally {
    await node.close();
  }
}
