/**
 * This project's node for the load benchmark: admission in full, but a price so
 * low that any nonce pays, and no limit that one address would meet. Its argument
 * is a JSON object of further settings. Prints its port as a line of JSON.
 */

import { type Config, DEFAULT_CONFIG } from "../../server/config.ts";
import { startNode } from "../../server/node.ts";

const LIFTED: Partial<Config> = {
  maxSubscribers: 40_000, // far from it: near it, streams would cost
  maxSubscribersPerIp: 20_000,
  maxUnpaid: 1e9,
  maxUnpaidPerIp: 1e9,
};

/** Below one hash even at the highest pressure, 16. */
const NEXT_TO_NOTHING = { idleWork: 2 ** -10, fullWork: 2 ** -10 };

const node = await startNode({
  ...DEFAULT_CONFIG,
  host: "127.0.0.1",
  port: 0,
  curve: NEXT_TO_NOTHING,
  dht: { kind: "none" }, // rooms alone
  mesh: false,
  turn: { kind: "none" },
  ...LIFTED,
  ...JSON.parse(Deno.args[0] ?? "{}") as Partial<Config>,
});
console.log(JSON.stringify({ port: node.port }));
Deno.addSignalListener("SIGTERM", async () => {
  await node.close();
  Deno.exit(0);
});
