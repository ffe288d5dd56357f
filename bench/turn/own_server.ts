/**
 * This project's TURN server for the benchmark, its bounds on rate lifted. The
 * argument says what runs: `turn`, the server in its worker and no node;
 * `node-worker`, a node beside it; `node-thread`, a node and the server on one
 * thread. Prints its ports as a line of JSON.
 */

import { DEFAULT_CONFIG } from "../../server/config.ts";
import { startNode } from "../../server/node.ts";
import { startTurn } from "../../server/turn/start_turn.ts";
import { startTurnWorker } from "../../server/turn/turn_thread.ts";
import { SECRET } from "./server.ts";

const UNBOUNDED = {
  turnBytesPerSecond: 1e12,
  turnBytesPerSecondPerAllocation: 1e12,
};

const [what] = Deno.args;
const start = what === "node-thread" ? startTurn : startTurnWorker;
const turn = await start({
  hosts: ["127.0.0.1"],
  port: 0,
  tlsPort: 0,
  certificate: null,
  relayPorts: { least: 49_152, most: 49_663 },
  externalIp: null,
  secret: SECRET,
  allowPrivate: true,
}, {
  limits: UNBOUNDED,
  onFault: (fault) => console.error("fault:", fault),
});
const node = what === "turn" ? undefined : await startNode({
  ...DEFAULT_CONFIG,
  host: "127.0.0.1",
  port: 0,
  maxUnpaid: 1e9,
  maxUnpaidPerIp: 1e9,
});
console.log(
  JSON.stringify({ port: turn.endpoints[0]!.port, httpPort: node?.port }),
);
Deno.addSignalListener("SIGTERM", async () => {
  await node?.close();
  await turn.close();
  Deno.exit(0);
});
