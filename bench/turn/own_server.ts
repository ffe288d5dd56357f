/**
 * This project's TURN server for the benchmark, its bounds on rate lifted. The
 * argument says what runs: `turn`, the server in its worker and no node;
 * `node-worker`, a node as it is; `node-thread`, a node with the server on its
 * own thread. Prints its ports as a line of JSON.
 */

import { DEFAULT_CONFIG } from "../../server/config.ts";
import { startNode } from "../../server/node.ts";
import { startTurn } from "../../server/turn/start_turn.ts";
import type { StartTurn } from "../../server/turn/turn_keeper.ts";
import { startTurnWorker } from "../../server/turn/turn_thread.ts";
import { DEFAULT_TURN } from "../../server/turn_config.ts";
import type { OwnPorts } from "./server_own.ts";
import { SECRET } from "./server.ts";

const UNBOUNDED = {
  turnBytesPerSecond: 1e12,
  turnBytesPerSecondPerAllocation: 1e12,
};
const HOST = "127.0.0.1";
const onFault = (fault: unknown) => console.error("fault:", fault);

const [what] = Deno.args;
const { ports, close } = what === "turn"
  ? await startAlone()
  : await startWithNode(what === "node-thread" ? startTurn : startTurnWorker);
console.log(JSON.stringify(ports));
Deno.addSignalListener("SIGTERM", async () => {
  await close();
  Deno.exit(0);
});

interface Started {
  readonly ports: OwnPorts;
  readonly close: () => Promise<void>;
}

async function startAlone(): Promise<Started> {
  const { relayPorts } = DEFAULT_TURN;
  const turn = await startTurnWorker({
    hosts: [HOST],
    port: 0,
    tlsPort: 0,
    certificate: null,
    relayPorts,
    externalIp: null,
    secret: SECRET,
    allowPrivate: true,
  }, { limits: UNBOUNDED, onFault });
  const { port } = turn.endpoints[0]!;
  return { ports: { port }, close: () => turn.close() };
}

async function startWithNode(
  start: typeof startTurn | typeof startTurnWorker,
): Promise<Started> {
  const startUnbounded: StartTurn = (options, surroundings) =>
    start({ ...options, secret: SECRET }, {
      ...{ ...surroundings, limits: UNBOUNDED },
    });
  const node = await startNode({
    ...DEFAULT_CONFIG,
    host: HOST,
    port: 0,
    maxUnpaid: 1e9,
    maxUnpaidPerIp: 1e9,
    dht: { kind: "none" },
    turn: { ...DEFAULT_TURN, port: 0, allowPrivate: true },
    mesh: false,
  }, { startTurn: startUnbounded, onFault });
  const { port } = node.turnEndpoints[0]!;
  return {
    ports: { port, httpPort: node.port },
    close: () => node.close(),
  };
}
